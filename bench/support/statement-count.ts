import type postgres from "postgres";

/** The settings with which a server counts statements. */
export const STATEMENT_COUNTER = { shared_preload_libraries: "pg_stat_statements" };

/** Returns the number of statements that the server executed in a database during some work. */
export async function countStatements(
  sql: postgres.Sql,
  database: string,
  work: () => Promise<unknown>,
): Promise<number> {
  await sql`create extension if not exists pg_stat_statements`;
  await setTracking(sql, "top");
  await sql`select pg_stat_statements_reset()`;
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

/** Starts or stops the count of statements, which slows down measurements. */
export async function setTracking(sql: postgres.Sql, track: "none" | "top"): Promise<void> {
  await sql.unsafe(`alter system set pg_stat_statements.track = '${track}'`);
  await sql`select pg_reload_conf()`;
}
