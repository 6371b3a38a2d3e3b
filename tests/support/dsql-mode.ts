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

/** Counters of a database: sequences, which keep their value when a transaction is rolled back. */
const COUNTERS = ["commits", "refused", "first_refused", "cut", "too_many_rows"] as const;

/** Counts of what happened to the transactions of the product in a database, or in several. */
export type DsqlFigures = Readonly<Record<(typeof COUNTERS)[number], number>>;

/** Returns the mode that `DSQL_MODE` names: a percentage, or `first-two`; `undefined` without it. */
export function readDsqlMode(variables: NodeJS.ProcessEnv = process.env): DsqlMode | undefined {
  const { DSQL_MODE = "", DSQL_SEED = "0" } = variables;
  if (DSQL_MODE === "") return undefined;
  const seed = Number(DSQL_SEED);
  if (!Number.isSafeInteger(seed)) throw new Error("DSQL_SEED is malformed.");
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
 *
 * A session counts the attempts of a statement by advisory locks, which it keeps when a transaction is rolled
 * back. A statement is known by its text and by the first row that it changes.
 */
export async function behaveAsDsql(sql: postgres.Sql, mode: DsqlMode): Promise<void> {
  const { refusedPercent, cutPermille, firstAttempts, seed } = mode;
  await sql
    .unsafe(`
    do $$ begin
      execute format('alter database %I set default_transaction_isolation = %L',
        current_database(), 'repeatable read');
    end $$;
    ${COUNTERS.map((name) => `create sequence dsql_${name};`).join("\n")}
    create function dsql_refuse() returns void language plpgsql as $$ begin
      perform nextval('dsql_refused');
      raise exception 'change conflicts with another transaction (OC000)' using errcode = '40001';
    end $$;
    create function dsql_is_early(statement bigint) returns bool language plpgsql as $$
    declare
      attempts int := 0;
    begin
      set local client_min_messages = error;
      while pg_advisory_unlock_shared(statement) loop
        attempts := attempts + 1;
      end loop;
      if attempts >= ${firstAttempts} then return false; end if;
      for attempt in 0..attempts loop
        perform pg_advisory_lock_shared(statement);
      end loop;
      return true;
    end $$;
    create function dsql_commit() returns trigger language plpgsql as $$
    declare
      draw int := abs(hashint8(pg_current_xact_id()::text::bigint + ${seed})::bigint) % 1000;
      changed jsonb := coalesce(to_jsonb(new), to_jsonb(old));
      key text := coalesce(changed ->> 'id', changed ->> 'guid', changed ->> 'platform');
    begin
      if current_setting('application_name') <> 'grantkeep' then return null; end if;
      if current_setting('dsql.judged', true) = pg_current_xact_id()::text then return null; end if;
      perform set_config('dsql.judged', pg_current_xact_id()::text, true), nextval('dsql_commits');
      if ${firstAttempts} > 0
        and dsql_is_early(hashtextextended(current_setting('dsql.statement') || key, 0))
      then
        perform nextval('dsql_first_refused'), dsql_refuse();
      end if;
      if draw < ${refusedPercent * 10} then perform dsql_refuse(); end if;
      if draw >= ${1000 - cutPermille} then
        perform nextval('dsql_cut'), pg_terminate_backend(pg_backend_pid());
      end if;
      return null;
    end $$;
    create function dsql_statement() returns trigger language plpgsql as $$
    declare
      before text := coalesce(nullif(current_setting('dsql.rows', true), ''), '0');
      total bigint := before::bigint + (select count(*) from changed);
      texts text := coalesce(current_setting('dsql.statement', true), '') || current_query();
    begin
      if current_setting('application_name') <> 'grantkeep' then return null; end if;
      if total > ${MAX_ROWS} then
        perform nextval('dsql_too_many_rows');
        raise exception 'transaction row limit exceeded' using errcode = '54000';
      end if;
      perform set_config('dsql.rows', total::text, true);
      perform set_config('dsql.statement', md5(texts), true);
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
          referencing new table as changed for each statement execute function dsql_statement()', name);
        execute format('create trigger dsql_updated after update on %I
          referencing new table as changed for each statement execute function dsql_statement()', name);
        execute format('create trigger dsql_deleted after delete on %I
          referencing old table as changed for each statement execute function dsql_statement()', name);
      end loop;
    end $$;
  `)
    .simple();
}

/** Returns what happened in a database that behaves as Aurora DSQL. */
export async function readDsqlFigures(sql: postgres.Sql): Promise<DsqlFigures> {
  const rows = await sql<{ name: string; count: number }[]>`
    select sequencename::text as name, coalesce(last_value, 0)::int4 as count from pg_sequences
  `;
  const countOf = (name: string) => rows.find((row) => row.name === `dsql_${name}`)?.count ?? 0;
  return {
    commits: countOf("commits"),
    refused: countOf("refused"),
    first_refused: countOf("first_refused"),
    cut: countOf("cut"),
    too_many_rows: countOf("too_many_rows"),
  };
}
