import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import type postgres from "postgres";
import { transaction } from "./client.ts";
import { type ConnectionSettings, connect } from "./connection.ts";

/** The advisory lock of migrations; an arbitrary number. */
const LOCK = 7_402_317_715;

const LIMITS = {
  statement_timeout: 0,
  lock_timeout: 10_000,
  idle_in_transaction_session_timeout: 60_000,
};

/** One migration of the schema, from a file such as `0001_baseline.sql`. */
export interface Migration {
  readonly name: string;
  readonly sql: string;
  /** SHA-256 of `sql`, in hex. */
  readonly checksum: string;
}

/** Reads the migrations of a folder, in the order of their numbers. */
export async function readMigrations(folder: string): Promise<Migration[]> {
  const names = (await readdir(folder)).filter((name) => /^\d{4}_\w+\.sql$/.test(name)).sort();
  return Promise.all(
    names.map(async (name) => {
      const sql = await readFile(path.join(folder, name), "utf8");
      return { name, sql, checksum: createHash("sha256").update(sql).digest("hex") };
    }),
  );
}

/**
 * Applies the pending migrations and returns their names.
 *
 * Runs in one transaction under a lock: of concurrent callers, one applies the migrations, and a failure
 * changes nothing.
 *
 * @throws {Error} if a migration was changed after it had been applied
 */
export async function migrate(
  settings: ConnectionSettings,
  migrations: readonly Migration[],
): Promise<string[]> {
  const client = await connect(settings, LIMITS);
  try {
    return await transaction(client.sql, async (sql) => {
      await sql`select pg_advisory_xact_lock(${LOCK})`;
      await sql`
        create table if not exists schema_migrations (
          name text primary key,
          checksum text not null,
          applied_at timestamptz not null default now()
        )
      `;
      const pending = await findPending(sql, migrations);
      for (const { name, sql: text, checksum } of pending) {
        await sql.unsafe(text).simple();
        await sql`insert into schema_migrations (name, checksum) values (${name}, ${checksum})`;
      }
      return pending.map(({ name }) => name);
    });
  } finally {
    await client.end({ timeout: 1 });
  }
}

async function findPending(
  sql: postgres.TransactionSql,
  migrations: readonly Migration[],
): Promise<Migration[]> {
  const applied = await sql<{ name: string; checksum: string }[]>`
    select name, checksum from schema_migrations
  `;
  for (const { name, checksum } of applied) {
    const known = migrations.find((migration) => migration.name === name);
    // Newer code may have applied migrations that are unknown here.
    if (known && known.checksum !== checksum) {
      throw new Error(`The migration ${name} was changed after it had been applied.`);
    }
  }
  const names = new Set(applied.map(({ name }) => name));
  return migrations.filter(({ name }) => !names.has(name));
}
