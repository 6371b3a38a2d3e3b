import { codeOf } from "./client.ts";
import type { Sql } from "./connection.ts";

const UNDEFINED_TABLE = "42P01";
const UNDEFINED_COLUMN = "42703";

/** The names of the tables of the migrators. */
export const HISTORY_TABLE_NAMES = ["migration_lease", "schema_migrations"];

/** The row of one migration in `schema_migrations`. */
export interface AppliedMigration {
  readonly name: string;
  /** The checksum of its file; `null` until its last statement was applied. */
  readonly checksum: string | null;
  /** The checksums of its statements that were applied, in their order. */
  readonly statements: readonly string[];
}

/**
 * Creates the tables of the migrators. `schema_migrations` is the last one, so that all are there when it
 * can be read.
 */
export const HISTORY_TABLES = [
  `create table if not exists migration_lease (
    name text primary key,
    owner text not null,
    until timestamptz not null
  )`,
  `create table if not exists schema_migrations (
    name text primary key,
    checksum text,
    statements jsonb not null default '[]',
    updated_at timestamptz not null default now()
  )`,
] as const;

/**
 * Returns what was applied, or `undefined` for a database that no migrator has worked on.
 *
 * @throws {Error} when the database has the schema of Grantkeep 0.1
 */
export async function readHistory(sql: Sql): Promise<readonly AppliedMigration[] | undefined> {
  try {
    return await sql<AppliedMigration[]>`select name, checksum, statements from schema_migrations`;
  } catch (error) {
    const code = codeOf(error);
    if (code === UNDEFINED_TABLE) return undefined;
    // Version 0.1 had a table of this name, without `statements`.
    if (code === UNDEFINED_COLUMN) throw oldSchema();
    throw error;
  }
}

/** Stores which statements of a migration were applied. A migration that is complete does not change. */
export async function recordProgress(
  sql: Sql,
  { name, checksum, statements }: AppliedMigration,
): Promise<void> {
  await sql`
    insert into schema_migrations (name, checksum, statements)
    values (${name}, ${checksum}, ${sql.json([...statements])})
    on conflict (name) do update set
      checksum = excluded.checksum,
      statements = excluded.statements,
      updated_at = clock_timestamp()
    where schema_migrations.checksum is null
  `;
}

function oldSchema(): Error {
  return new Error(
    "This database has the schema of Grantkeep 0.1. There is no upgrade: use an empty database.",
  );
}
