import type postgres from "postgres";

/** The name of an index in a statement that creates it. */
const INDEX_NAME = "'index if not exists (\\w+)'";

/**
 * Creates what the statements of `startDsqlFront` call: an index is built at once and stays invalid until its
 * job has ended, as on Aurora DSQL.
 */
export async function installDsqlJobs(sql: postgres.Sql): Promise<void> {
  await sql
    .unsafe(`
    create schema dsql;
    create schema sys;
    create table sys.jobs (
      job_id text primary key,
      status text not null default 'processing',
      index_name text not null
    );
    create function dsql.start_index(statement text) returns table (job_id text)
    language plpgsql as $$
    declare
      name text := substring(statement from ${INDEX_NAME});
    begin
      if to_regclass(name) is not null then return; end if;
      execute statement;
      update pg_index set indisvalid = false where indexrelid = name::regclass;
      return query insert into sys.jobs (job_id, index_name)
        values (substring(md5(random()::text) for 26), name)
        returning sys.jobs.job_id;
    end $$;
  `)
    .simple();
}

/** Ends all jobs that are open: their indexes are valid, or their builds have failed. */
export async function endDsqlJobs(
  sql: postgres.Sql,
  status: "completed" | "failed",
): Promise<string[]> {
  const jobs = await sql<{ name: string }[]>`
    update sys.jobs set status = ${status} where status = 'processing'
    returning index_name as name
  `;
  const names = jobs.map(({ name }) => name);
  if (status === "completed" && names.length > 0) {
    await sql`
      update pg_index set indisvalid = true
      where indexrelid in (select oid from pg_class where relname in ${sql(names)})
    `;
  }
  return names;
}
