import { describe, expect, test } from "vitest";
import { SOURCES } from "../statements/dialect.ts";
import { judge, judgeMigration } from "../statements/judge.ts";

describe("a statement", () => {
  test.each([
    "select id, scopes from installations where platform = $1 and organization_id = $2",
    "insert into t (id) values ($1) on conflict (id) do update set id = excluded.id where t.a = $2 returning id",
    "update t set a = clock_timestamp() + make_interval(secs => $1) where id = $2 returning a",
    "delete from t where id in (select id from t where a < clock_timestamp() limit $1)",
    "begin",
  ])("of which all is in the tables is taken: %s", async (sql) => {
    expect(await judge(sql)).toEqual([]);
  });

  test.each([
    ["create table t (a text[])", "TypeName.arrayBounds: 0A000 datatype text[] not supported"],
    ["select a from t where a = any($1)", "A_Expr.kind AEXPR_OP_ANY: an array exists only"],
    ["select array(select id from t)", "SubLink.subLinkType ARRAY_SUBLINK: an array exists only"],
    ["select array[1, 2]", "A_ArrayExpr: an array exists only while a query runs"],
    [
      "merge into t using s on t.id = s.id when matched then delete",
      "MergeStmt: 0A000 unsupported statement type: MERGE",
    ],
    ["select pg_advisory_lock($1)", "function pg_advisory_lock: 0A000"],
    ["select pg_catalog.pg_advisory_xact_lock(1)", "function pg_advisory_xact_lock: 0A000"],
    ["set statement_timeout = 0", "VariableSetStmt: 0A000"],
    ["begin isolation level serializable", "TransactionStmt.options: not in"],
    ["truncate installations", "TruncateStmt: 0A000"],
    ["savepoint a", "TransactionStmt.kind TRANS_STMT_SAVEPOINT: not in"],
    ["lock table installations", "LockStmt: not in"],
    ["create temp table t (id text)", "RangeVar.relpersistence t: not in"],
    ["select id from t for update", "SelectStmt.lockingClause: no row is locked"],
    ["select to_tsvector($1)", "function to_tsvector: not in"],
    ["select $1::money", "type money: not in"],
    ["select a <@ $1 from t", "operator <@: not in"],
    ["select id from t order by id nulls first", "SortBy.sortby_nulls SORTBY_NULLS_FIRST"],
    ["select rank() over (order by id) from t", "FuncCall.over: not in"],
    ["create index a on t (b desc)", "IndexElem.ordering SORTBY_DESC: an index takes neither"],
    ["create index concurrently a on t (b)", "IndexStmt.concurrent: the migrator writes"],
    [
      "select p.id from p left join lateral (select 1 from c where c.p = p.id) as x on true",
      "42804 by a defect of the planner",
    ],
    [
      "with gone as (update t set a = 1 where id = $1 returning id) select id from gone",
      "a `with` that changes data",
    ],
    ["select 1; select 2", "more than one statement in one text"],
    ["select", ""],
    ["select from from", "PostgreSQL 15 does not parse it: syntax error"],
    // PostgreSQL 16 takes a subquery without an alias, and 18 names old rows: 15 does not.
    ["select id from (select id from t)", "PostgreSQL 15 does not parse it"],
  ])("is refused, with the reason: %s", async (sql, reason) => {
    expect((await judge(sql)).join("\n")).toContain(reason);
  });

  test.each([
    "delete from t",
    "delete from t where expires_at < clock_timestamp()",
    "delete from t where id = $1 or expires_at < $2",
    "delete from t where id in (select id from t where a < $1)",
    "update t set a = null where wipe_at < clock_timestamp()",
    "update t set a = null where organization_id = $1",
  ])("that may change more rows than Aurora DSQL allows is refused: %s", async (sql) => {
    expect(await judge(sql)).toEqual([
      "54000 transaction row limit exceeded: it may change over 3,000 rows " +
        "(https://docs.aws.amazon.com/aurora-dsql/latest/userguide/CHAP_quotas.html)",
    ]);
  });

  test.each([
    "delete from t where id = $1 and token_version = $2",
    "delete from t where platform = $1 and organization_id = $2 and kind = $3",
    "delete from t where id in ($1, $2)",
    "update t set a = change.a from jsonb_to_recordset($1) as change (id text, a text) where t.id = change.id",
  ])("that changes one row or the rows of a list is taken: %s", async (sql) => {
    expect(await judge(sql)).toEqual([]);
  });
});

describe("a statement of a migration", () => {
  test.each([
    "create table if not exists t (id text primary key, a jsonb not null default '[]' check (jsonb_typeof(a) = 'array'))",
    "create index if not exists t_by_a on t (a, id) where a is not null",
    "alter table t add column if not exists b timestamptz",
    "alter table t drop column if exists b",
    "drop table if exists t",
  ])("that may run twice is taken: %s", async (sql) => {
    expect(await judgeMigration(sql)).toEqual([]);
  });

  test.each([
    "create table t (id text primary key)",
    "create index t_by_a on t (a)",
    "alter table t add column b text",
    "alter table t add column if not exists b text, add column if not exists c text",
    "drop table t",
    "insert into t (id) values ('a')",
    "select 1",
  ])("that cannot run twice is refused: %s", async (sql) => {
    expect(await judgeMigration(sql)).toEqual(["it cannot run twice: write `if not exists`"]);
  });

  test.each(["not null default 0", "default 0", "check (b > 0)", "unique"])(
    "that adds a column with a constraint is refused: %s",
    async (constraint) => {
      const reasons = await judgeMigration(
        `alter table t add column if not exists b int ${constraint}`,
      );

      expect(reasons.join("\n")).toContain("0A000 ALTER TABLE ADD COLUMN with constraint");
    },
  );
});

test("every source is an address", () => {
  for (const source of Object.values(SOURCES)) expect(URL.canParse(source)).toBe(true);
});
