import type { Sql } from "./connection.ts";

/** The only row: one migrator at a time works on a database. */
const NAME = "schema";

/**
 * Takes the lease, unless another migrator holds it and has extended it within the time that it was taken
 * for. Returns whether it was taken, also when a first reply was lost.
 */
export async function takeLease(sql: Sql, owner: string, seconds: number): Promise<boolean> {
  const taken = await sql`
    insert into migration_lease (name, owner, until)
    values (${NAME}, ${owner}, clock_timestamp() + make_interval(secs => ${seconds}))
    on conflict (name) do update set owner = excluded.owner, until = excluded.until
    where migration_lease.owner = excluded.owner or migration_lease.until < clock_timestamp()
  `;
  return taken.count === 1;
}

/** Extends the lease from now. Returns whether it was still held. */
export async function extendLease(sql: Sql, owner: string, seconds: number): Promise<boolean> {
  const extended = await sql`
    update migration_lease set until = clock_timestamp() + make_interval(secs => ${seconds})
    where name = ${NAME} and owner = ${owner}
  `;
  return extended.count === 1;
}

/** Gives the lease back, so that the next migrator need not wait until it expires. */
export async function releaseLease(sql: Sql, owner: string): Promise<void> {
  await sql`delete from migration_lease where name = ${NAME} and owner = ${owner}`;
}
