import type postgres from "postgres";

/** Aurora DSQL changes at most so many rows in a transaction. */
const MAX_ROWS = 3_000;

/** How a PostgreSQL database of a test behaves as Aurora DSQL does. */
export interface DsqlMode {
  /** How many of 100 transactions that write are refused at their commit. */
  readonly refusedPercent: number;
  /** How many of 1,000 of them lose their session instead. */
  readonly cutPermille: number;
  /** Refuses the first so many attempts of each statement, whatever the shares are. */
  readonly firstAttempts: number;
  readonly seed: number;
}

/** Returns the mode that `DSQL_MODE` names: a percentage, or `first-two`; `undefined` without it. */
export function readDsqlMode(): DsqlMode | undefined {
  const { DSQL_MODE = "", DSQL_SEED = "0" } = process.env;
  if (DSQL_MODE === "") return undefined;
  const seed = Number(DSQL_SEED);
  if (DSQL_MODE === "first-two") {
    return { refusedPercent: 0, cutPermille: 0, firstAttempts: 2, seed };
  }
  const refusedPercent = Number(DSQL_MODE);
  if (!Number.isInteger(refusedPercent)) throw new Error("DSQL_MODE is malformed.");
  return { refusedPercent, cutPermille: 5, firstAttempts: 0, seed };
}

/**
 * Makes a database behave as Aurora DSQL: repeatable read, refusals at the commit by SQLSTATE 40001, sessions
 * that are cut, and at most 3,000 changed rows in a transaction. Sessions of the tests themselves are spared.
 */
export async function behaveAsDsql(sql: postgres.Sql, mode: DsqlMode): Promise<void> {
  const { refusedPercent, cutPermille, firstAttempts, seed } = mode;
  await sql
    .unsafe(`
    do $$ begin
      execute format('alter database %I set default_transaction_isolation = %L',
        current_database(), 'repeatable read');
    end $$;
    create sequence dsql_attempts;
    create function dsql_commit() returns trigger language plpgsql as $$
    declare
      draw int := abs(hashint8(pg_current_xact_id()::text::bigint + ${seed})) % 1000;
    begin
      if current_setting('application_name') <> 'grantkeep' then return null; end if;
      if current_setting('dsql.judged', true) = pg_current_xact_id()::text then return null; end if;
      perform set_config('dsql.judged', pg_current_xact_id()::text, true);
      if draw < ${refusedPercent * 10}
        or ${firstAttempts} > 0 and nextval('dsql_attempts') % ${firstAttempts + 1} > 0
      then
        raise exception 'change conflicts with another transaction (OC000)' using errcode = '40001';
      end if;
      if draw >= ${1000 - cutPermille} then perform pg_terminate_backend(pg_backend_pid()); end if;
      return null;
    end $$;
    create function dsql_rows() returns trigger language plpgsql as $$
    declare
      before text := coalesce(nullif(current_setting('dsql.rows', true), ''), '0');
      total bigint := before::bigint + (select count(*) from changed);
    begin
      if current_setting('application_name') <> 'grantkeep' then return null; end if;
      if total > ${MAX_ROWS} then
        raise exception 'transaction row limit exceeded' using errcode = '54000';
      end if;
      perform set_config('dsql.rows', total::text, true);
      return null;
    end $$;
    do $$
    declare
      name text;
    begin
      for name in
        select tablename from pg_tables
        where schemaname = 'public' and tablename not in ('migration_lease', 'schema_migrations')
      loop
        execute format('create constraint trigger dsql_commit after insert or update or delete on %I
          deferrable initially deferred for each row execute function dsql_commit()', name);
        execute format('create trigger dsql_inserted after insert on %I
          referencing new table as changed for each statement execute function dsql_rows()', name);
        execute format('create trigger dsql_updated after update on %I
          referencing new table as changed for each statement execute function dsql_rows()', name);
        execute format('create trigger dsql_deleted after delete on %I
          referencing old table as changed for each statement execute function dsql_rows()', name);
      end loop;
    end $$;
  `)
    .simple();
}
