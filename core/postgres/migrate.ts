import { createHash, randomUUID } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { codeOf, isTransient } from "./client.ts";
import { type ConnectionSettings, connect, type Sql } from "./connection.ts";
import { groupForDsql, runOnDsql } from "./dsql-migration.ts";
import type { Engine } from "./engine.ts";
import {
  type AppliedMigration,
  HISTORY_TABLES,
  readHistory,
  recordProgress,
} from "./migration-history.ts";
import { extendLease, releaseLease, takeLease } from "./migration-lease.ts";
import { splitStatements } from "./sql-statements.ts";

const LEASE_SECONDS = 30;
const POLL_MS = 100;
/** Below the five minutes that the function has in a deploy. */
const WAIT_MS = 240_000;
/** Long enough for a paused Aurora to resume. */
const RECONNECT_MS = 60_000;

const LIMITS = {
  statement_timeout: 0,
  lock_timeout: 10_000,
  idle_in_transaction_session_timeout: 60_000,
};

const LEASE_LOST = "LEASE_LOST";

/** Another session created the same object at the same time, which `if not exists` does not prevent. */
const CREATED_TWICE = new Set(["23505", "42701", "42710", "42P07"]);

/** One migration of the schema, from a file such as `0001_baseline.sql`. */
export interface Migration {
  readonly name: string;
  readonly sql: string;
  /** SHA-256 of the text, in hex. */
  readonly checksum: string;
}

/**
 * Runs one statement of a migration, and resolves when it has taken effect. While it waits for work that goes on
 * elsewhere, it calls `extend` at least every ten seconds.
 */
type RunStatement = (sql: Sql, statement: string, extend: () => Promise<void>) => Promise<unknown>;

/** How an engine runs the statements of a migration. */
interface StatementRunner {
  /** Returns the statements in groups, of which each is run and recorded as one. */
  group(statements: readonly string[]): string[][];
  run(sql: Sql, group: readonly string[], extend: () => Promise<void>): Promise<unknown>;
}

const RUNNERS: Readonly<Record<Engine, StatementRunner>> = {
  postgres: oneByOne((sql, statement) => sql.unsafe(statement)),
  dsql: { group: groupForDsql, run: runOnDsql },
};

export interface MigrateOptions {
  /** Default: as the engine needs it. */
  readonly runStatement?: RunStatement;
  /** How long others wait for a migrator that was killed. */
  readonly leaseSeconds?: number;
  /** How long to wait for another migrator, or for a database that does not respond. */
  readonly waitMs?: number;
}

/** One call of `migrate`, over all its connections. */
interface Run {
  readonly migrations: readonly Migration[];
  readonly owner: string;
  readonly leaseSeconds: number;
  readonly runner: StatementRunner;
  readonly completed: Set<string>;
}

/** A migration with statements to run, and those that an interrupted run has left. */
interface PendingMigration {
  readonly name: string;
  readonly checksum: string;
  readonly statements: readonly string[];
  readonly applied: readonly string[];
}

/** Reads the migrations of a folder, in the order of their numbers. */
export async function readMigrations(folder: string): Promise<Migration[]> {
  const names = (await readdir(folder)).filter((name) => /^\d{4}_\w+\.sql$/.test(name)).sort();
  return Promise.all(
    names.map(async (name) => toMigration(name, await readFile(path.join(folder, name), "utf8"))),
  );
}

/** Creates a migration of a file's name and text. */
export function toMigration(name: string, sql: string): Migration {
  return { name, sql, checksum: checksumOf(sql) };
}

/**
 * Brings a database to the newest schema. Returns the names of the migrations that this call completed.
 *
 * Each statement is a transaction of its own, because Aurora DSQL allows one DDL statement in each. An
 * interrupted run is resumed at its first statement that was not recorded; that one may run twice, so each
 * is written with `if not exists`. A lease lets one migrator work at a time. If it expires during a long
 * statement, two may work, with the same result.
 *
 * @throws {Error} when a migration was changed after it had been applied, when the database has the schema
 * of Grantkeep 0.1, and when a statement fails
 */
export async function migrate(
  settings: ConnectionSettings,
  migrations: readonly Migration[],
  options: MigrateOptions = {},
): Promise<string[]> {
  const { leaseSeconds = LEASE_SECONDS, waitMs = WAIT_MS } = options;
  const { runStatement } = options;
  const runner = runStatement ? oneByOne(runStatement) : RUNNERS[settings.engine ?? "postgres"];
  const completed = new Set<string>();
  const run = { migrations, owner: randomUUID(), leaseSeconds, runner, completed };
  const end = Date.now() + waitMs;
  let failingSince: number | undefined;
  for (;;) {
    try {
      if (await connectAndWork(settings, run)) return [...completed];
      if (Date.now() >= end) throw new Error("Another migrator is still working on this database.");
      failingSince = undefined;
    } catch (error) {
      failingSince ??= Date.now();
      const mayPass = isTransient(error) || codeOf(error) === LEASE_LOST;
      if (!mayPass || Date.now() >= Math.min(end, failingSince + RECONNECT_MS)) throw error;
    }
    await sleep(POLL_MS);
  }
}

/**
 * Returns the names of the migrations that a database lacks, or that were interrupted.
 *
 * @throws {Error} when a migration was changed after it had been applied, or the database is not available
 */
export async function listPending(
  settings: ConnectionSettings,
  migrations: readonly Migration[],
): Promise<string[]> {
  const { sql, end } = await connect(settings, LIMITS);
  try {
    return findPending(migrations, (await readHistory(sql)) ?? []).map(({ name }) => name);
  } finally {
    await end({ timeout: 1 });
  }
}

async function connectAndWork(settings: ConnectionSettings, run: Run): Promise<boolean> {
  const { sql, end } = await connect(settings, LIMITS);
  let timeout = 0;
  try {
    const isDone = await work(sql, run);
    timeout = 1;
    return isDone;
  } finally {
    await end({ timeout });
  }
}

/** Returns whether the schema is the newest; if not, another migrator is working on it. */
async function work(sql: Sql, run: Run): Promise<boolean> {
  const history = await readHistory(sql);
  if (history && findPending(run.migrations, history).length === 0) return true;
  if (!history) {
    for (const table of HISTORY_TABLES) await create(() => sql.unsafe(table));
  }
  if (!(await takeLease(sql, run.owner, run.leaseSeconds))) return false;
  try {
    // Another migrator may have completed some of it before its lease ended.
    const pending = findPending(run.migrations, (await readHistory(sql)) ?? []);
    for (const migration of pending) await apply(sql, run, migration);
    return true;
  } finally {
    // On a broken connection this fails too, and the next one takes the lease of its own run.
    await releaseLease(sql, run.owner).catch(() => {});
  }
}

async function apply(
  sql: Sql,
  { owner, leaseSeconds, runner, completed }: Run,
  { name, checksum, statements, applied }: PendingMigration,
): Promise<void> {
  const extend = async () => {
    if (await extendLease(sql, owner, leaseSeconds)) return;
    throw Object.assign(new Error("Another migrator took the lease."), { code: LEASE_LOST });
  };
  const done = [...applied];
  for (const group of runner.group(statements.slice(done.length))) {
    await extend();
    await create(() => runner.run(sql, group, extend));
    done.push(...group.map(checksumOf));
    await recordProgress(sql, { name, checksum: null, statements: done });
  }
  completed.add(name);
  await recordProgress(sql, { name, checksum, statements: done });
}

/** Runs a statement again when another session created the same object at the same time: now it is there. */
async function create(statement: () => Promise<unknown>): Promise<void> {
  try {
    await statement();
  } catch (error) {
    if (!CREATED_TWICE.has(codeOf(error))) throw error;
    await statement();
  }
}

/** Returns a runner that records each statement as soon as it has taken effect. */
function oneByOne(runStatement: RunStatement): StatementRunner {
  return {
    group: (statements) => statements.map((statement) => [statement]),
    async run(sql, group, extend) {
      for (const statement of group) await runStatement(sql, statement, extend);
    },
  };
}

function findPending(
  migrations: readonly Migration[],
  history: readonly AppliedMigration[],
): PendingMigration[] {
  // Rows of migrations that are not known here are those of newer code.
  const rows = new Map(history.map((row) => [row.name, row]));
  return migrations.flatMap(({ name, checksum, sql }) => {
    const row = rows.get(name);
    if (row?.checksum === checksum) return [];
    const statements = splitStatements(sql);
    const applied = row?.statements ?? [];
    const isPrefix = applied.every((sum, index) => sum === checksumOf(statements[index] ?? ""));
    if ((row && row.checksum !== null) || !isPrefix) {
      throw new Error(`The migration ${name} was changed after it had been applied.`);
    }
    return [{ name, checksum, statements, applied }];
  });
}

function checksumOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
