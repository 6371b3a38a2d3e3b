import type postgres from "postgres";
import { vi } from "vitest";
import type { Database } from "../../core/postgres/client.ts";

/** The server's process behind the connection of a database. */
export async function backendOf(database: Database): Promise<number | undefined> {
  const [row] = await database.run(
    (sql) => sql<[{ pid: number }?]>`select pg_backend_pid() as pid`,
  );
  return row?.pid;
}

/** Ends a process of the server, as a failover or an operator does. */
export async function killBackend(sql: postgres.Sql, pid: number | undefined): Promise<void> {
  await sql`select pg_terminate_backend(${pid ?? null}::int)`;
  await vi.waitFor(async () => {
    const [row] = await sql`select from pg_stat_activity where pid = ${pid ?? null}::int`;
    if (row) throw new Error("The process still runs.");
  });
}

/** Waits until a statement with this word in it runs, and answers its process. */
export async function runningBackend(sql: postgres.Sql, word: string): Promise<number> {
  return vi.waitFor(async () => {
    const [row] = await sql<[{ pid: number }?]>`
      select pid
      from pg_stat_activity
      where state = 'active' and query like ${`%${word}%`} and pid <> pg_backend_pid()
    `;
    if (!row) throw new Error("No such statement runs.");
    return row.pid;
  });
}
