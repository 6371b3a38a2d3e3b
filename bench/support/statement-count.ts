import type postgres from "postgres";

/** The settings with which a server counts statements. */
export const STATEMENT_COUNTER = { shared_preload_libraries: "pg_stat_statements" };

/** Returns the number of statements that the server executed in a database during some work. */
export async function countStatements(
  sql: postgres.Sql,
  database: string,
  work: () => Promise<unknown>,
): Promise<number> {
  await startCounting(sql);
  await work();
  const [row] = await sql<[{ calls: number }?]>`
    select coalesce(sum(calls), 0)::int as calls
    from pg_stat_statements
    join pg_database on pg_database.oid = dbid
    where datname = ${database}
  `;
  await setTracking(sql, "none");
  return row?.calls ?? Number.NaN;
}

/** Starts to count from zero. */
export async function startCounting(sql: postgres.Sql): Promise<void> {
  await sql`create extension if not exists pg_stat_statements`;
  await setTracking(sql, "top");
  await sql`select pg_stat_statements_reset()`;
}

/** A statement with how often it ran since the count was started, and its longest execution. */
export interface CountedStatement {
  readonly text: string;
  readonly calls: number;
  readonly slowestMs: number;
}

/** Returns the statements that the server executed in a database since the count was started. */
export function readCounted(sql: postgres.Sql, database: string): Promise<CountedStatement[]> {
  return sql<CountedStatement[]>`
    select query as text, calls::float8 as calls, max_exec_time as "slowestMs"
    from pg_stat_statements
    join pg_database on pg_database.oid = dbid
    where datname = ${database}
  `;
}

/** Starts or stops the count of statements, which slows down measurements. */
export async function setTracking(sql: postgres.Sql, track: "none" | "top"): Promise<void> {
  await sql.unsafe(`alter system set pg_stat_statements.track = '${track}'`);
  await sql`select pg_reload_conf()`;
}
