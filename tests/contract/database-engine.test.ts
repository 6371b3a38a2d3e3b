import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createDatabase, type Database } from "../../core/postgres/client.ts";
import type { Sql } from "../../core/postgres/connection.ts";
import type { Engine } from "../../core/postgres/engine.ts";
import { backendOf } from "../support/backend.ts";
import { createEmptyDatabase } from "../support/database.ts";
import { startTcpProxy } from "../support/tcp-proxy.ts";

const MINUTE_MS = 60_000;

const { settings, drop } = await createEmptyDatabase();
let passedMs = 0;
const opened: { close(): Promise<void> }[] = [];

afterAll(drop);

beforeEach(() => {
  // A clock that a test can put forward, and that goes on.
  passedMs = 0;
  vi.spyOn(Date, "now").mockImplementation(
    () => Math.round(performance.timeOrigin + performance.now()) + passedMs,
  );
});

afterEach(async () => {
  vi.restoreAllMocks();
  await Promise.all(opened.splice(0).map((resource) => resource.close()));
});

function open(engine: Engine, port = settings.port): Database {
  const database = createDatabase(async () => ({ ...settings, engine, port }));
  opened.push(database);
  return database;
}

function pass(ms: number): void {
  passedMs += ms;
}

const selectOne = (sql: Sql) => sql<{ one: number }[]>`select 1 as one`;

/** The text of a block that fails with a SQLSTATE. */
function failWith(code: string): string {
  return `$$ begin raise exception 'failed' using errcode = '${code}'; end $$`;
}

async function statementTimeoutOf(database: Database) {
  const [row] = await database.run(
    (sql) => sql<{ limit: string }[]>`select current_setting('statement_timeout') as limit`,
  );
  return row?.limit;
}

describe("Aurora DSQL", () => {
  test("is sent no limit at startup, which it refuses; PostgreSQL is", async () => {
    expect(await statementTimeoutOf(open("dsql"))).toBe("0");
    expect(await statementTimeoutOf(open("postgres"))).toBe("800ms");
  });

  test("keeps an unused connection for ten minutes; PostgreSQL for half a minute", async () => {
    const dsql = open("dsql");
    const postgres = open("postgres");
    const [ofDsql, ofPostgres] = [await backendOf(dsql), await backendOf(postgres)];

    pass(9 * MINUTE_MS);

    expect(await backendOf(dsql)).toBe(ofDsql);
    expect(await backendOf(postgres)).not.toBe(ofPostgres);

    pass(11 * MINUTE_MS);

    expect(await backendOf(dsql)).not.toBe(ofDsql);
  });

  test("gets another connection before it closes one that is an hour old", async () => {
    const dsql = open("dsql");
    const first = await backendOf(dsql);
    for (let minute = 0; minute < 54; minute += 9) {
      pass(9 * MINUTE_MS);
      expect(await backendOf(dsql)).toBe(first);
    }

    pass(2 * MINUTE_MS);

    expect(await backendOf(dsql)).not.toBe(first);
  });

  test("lets a statement end on a connection that is replaced for its age", async () => {
    const dsql = open("dsql");
    const running = dsql.run(
      (sql) => sql<{ pid: number }[]>`
      select pg_backend_pid() as pid from pg_sleep(0.5)
    `,
    );
    await backendOf(dsql);
    pass(56 * MINUTE_MS);

    const second = await backendOf(dsql);

    expect((await running)[0]?.pid).not.toBe(second);
  });

  test("is reached on another connection in the same request if an idle one is dead", async () => {
    const proxy = await startTcpProxy(settings);
    opened.push(proxy);
    const dsql = open("dsql", proxy.port);
    await dsql.run(selectOne);
    proxy.blackhole();
    pass(MINUTE_MS);

    // Too little for an attempt that waits as long as a statement may take, and another one.
    expect(await dsql.run(selectOne, { budgetMs: 900 })).toEqual([{ one: 1 }]);
  });
});

test.each([
  ["53300", "postgres"],
  ["53400", "dsql"],
] as const)(
  "too many connections (%s at %s) lead to another try after a longer wait than other errors",
  async (code, engine) => {
    const database = open(engine);
    const attempts: number[] = [];

    const rows = await database.run((sql) => {
      attempts.push(performance.now());
      return attempts.length === 1 ? sql`do ${sql.unsafe(failWith(code))}` : selectOne(sql);
    });

    expect(rows).toEqual([{ one: 1 }]);
    const [first = 0, second = 0] = attempts;
    // Half of 200 ms at least: no load on the machine makes it shorter.
    expect(second - first).toBeGreaterThanOrEqual(100);
  },
);
