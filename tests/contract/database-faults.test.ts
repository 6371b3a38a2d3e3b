import { afterAll, describe, expect, type TestContext, test, vi } from "vitest";
import { createDatabase, transaction } from "../../core/postgres/client.ts";
import type { Sql } from "../../core/postgres/connection.ts";
import { backendOf, killBackend, runningBackend } from "../support/backend.ts";
import { createEmptyDatabase } from "../support/database.ts";
import { fatal } from "../support/server-error.ts";
import { type Behaviour, startTcpProxy, type TcpProxy } from "../support/tcp-proxy.ts";

const { settings, sql, drop } = await createEmptyDatabase();

afterAll(drop);

async function openThroughProxy({ onTestFinished }: Pick<TestContext, "onTestFinished">) {
  const proxy = await startTcpProxy(settings);
  const database = createDatabase(async () => ({ ...settings, port: proxy.port }));
  onTestFinished(async () => {
    await database.close();
    await proxy.close();
  });
  return { proxy, database };
}

const selectOne = (sql: Sql) => sql<{ one: number }[]>`select 1 as one`;
const selectMany = (sql: Sql) => sql<{ n: number }[]>`select n from generate_series(1, 2000) as n`;

describe("a connection that is lost", () => {
  test("while idle is replaced", async (context) => {
    const { database } = await openThroughProxy(context);

    for (let round = 0; round < 10; round += 1) {
      await killBackend(sql, await backendOf(database));
      expect(await database.run(selectOne)).toEqual([{ one: 1 }]);
    }
  });

  test("during a statement is retried", async (context) => {
    const { database } = await openThroughProxy(context);
    const running = database.run((sql) => sql`select 1 as one from pg_sleep(0.5)`);

    await killBackend(sql, await runningBackend(sql, "from pg_sleep(0.5)"));

    expect(await running).toEqual([{ one: 1 }]);
    expect(await database.run(selectOne)).toEqual([{ one: 1 }]);
  });

  test.for<[string, (pid: number, proxy: TcpProxy) => unknown]>([
    ["killed", (pid) => killBackend(sql, pid)],
    ["reset", (_, proxy) => proxy.reset()],
  ])("during a transaction (%s) rolls it back and runs it again", async ([, lose], context) => {
    const { proxy, database } = await openThroughProxy(context);
    await sql`create table if not exists entries (name text)`;
    await sql`truncate entries`;
    let attempts = 0;
    const running = database.run((sql) =>
      transaction(sql, async (sql) => {
        attempts += 1;
        await sql`insert into entries values ('first')`;
        if (attempts === 1) await sql`select from pg_sleep(0.6)`;
        await sql`insert into entries values ('second')`;
      }),
    );

    await lose(await runningBackend(sql, "from pg_sleep(0.6)"), proxy);

    await running;
    expect(attempts).toBe(2);
    expect(await sql`select name from entries`).toEqual([{ name: "first" }, { name: "second" }]);
  });

  test("between the statements of a transaction rolls it back and runs it again", async (context) => {
    const { database } = await openThroughProxy(context);
    let attempts = 0;

    const rows = await database.run((outer) =>
      transaction(outer, async (inner) => {
        attempts += 1;
        const [row] = await inner<[{ pid: number }?]>`select pg_backend_pid() as pid`;
        if (attempts === 1) await killBackend(sql, row?.pid);
        return inner`select 1 as one`;
      }),
    );

    expect(rows).toEqual([{ one: 1 }]);
    expect(attempts).toBe(2);
  });

  test("by a reset never leaves a statement pending, even if the next one follows at once", async (context) => {
    const { proxy, database } = await openThroughProxy(context);
    await database.run(selectOne);

    for (let round = 0; round < 40; round += 1) {
      const before = [database.run(selectOne), database.run(selectOne)];
      proxy.reset();
      const after = [database.run(selectOne), database.run(selectOne)];
      for (const rows of await Promise.all([...before, ...after])) {
        expect(rows).toEqual([{ one: 1 }]);
      }
    }
  });

  test("silently, as after a freeze, costs one attempt", async (context) => {
    const { proxy, database } = await openThroughProxy(context);
    await database.run(selectOne);
    proxy.blackhole();
    let attempts = 0;

    const rows = await database.run((sql) => {
      attempts += 1;
      return selectOne(sql);
    });

    expect(rows).toEqual([{ one: 1 }]);
    expect(attempts).toBe(2);
  });

  test("silently in a transaction, after responses, costs one attempt", async (context) => {
    const { proxy, database } = await openThroughProxy(context);
    let attempts = 0;

    const rows = await database.run((sql) =>
      transaction(sql, async (sql) => {
        attempts += 1;
        await selectOne(sql);
        if (attempts === 1) proxy.blackhole();
        return selectOne(sql);
      }),
    );

    expect(rows).toEqual([{ one: 1 }]);
    expect(attempts).toBe(2);
  });

  test("silently leaves no open socket", async (context) => {
    const { proxy, database } = await openThroughProxy(context);
    await database.run(selectOne);
    const before = openSockets();
    proxy.blackhole();

    const lost = database.run(selectOne, { budgetMs: 200 });

    await expect(lost).rejects.toMatchObject({ code: "retry_later" });
    await database.run(selectOne);
    // The new connection has three: the client's, and the proxy's two. The proxy keeps the old ones.
    await vi.waitFor(() => expect(openSockets()).toBe(before + 3 - 1));
  });

  test("during 30 idle seconds is not used again", async (context) => {
    const { proxy, database } = await openThroughProxy(context);
    context.onTestFinished(() => {
      vi.useRealTimers();
    });
    vi.useFakeTimers({ toFake: ["Date"] });
    await database.run(selectOne);
    proxy.blackhole();
    let attempts = 0;

    vi.setSystemTime(Date.now() + 31_000);
    const rows = await database.run((sql) => {
      attempts += 1;
      return selectOne(sql);
    });

    expect(rows).toEqual([{ one: 1 }]);
    expect(attempts).toBe(1);
  });
});

describe("a result that is cut", () => {
  test("is requested again, and complete", async (context) => {
    const { proxy, database } = await openThroughProxy(context);
    proxy.behave({ does: "cut", afterBytes: 8_000 }, 1);

    const rows = await database.run(selectMany);

    expect(rows).toHaveLength(2_000);
    expect(proxy.accepted()).toBe(2);
  });

  test("every time is never returned in part", async (context) => {
    const { proxy, database } = await openThroughProxy(context);
    proxy.behave({ does: "cut", afterBytes: 8_000 });

    const run = database.run(selectMany, { budgetMs: 300 });

    await expect(run).rejects.toMatchObject({ code: "retry_later" });
  });
});

describe.concurrent("a server", () => {
  const fails: [string, Behaviour][] = [
    ["accepts and does not respond", { does: "silence" }],
    ["resets every connection", { does: "reset" }],
    ["closes every connection at startup", { does: "answer", bytes: new Uint8Array() }],
    ["is starting for ever", { does: "answer", bytes: fatal("57P03") }],
    ["has no connection left", { does: "answer", bytes: fatal("53300") }],
  ];

  test.for(fails)("that %s ends in retry_later after few connects", async ([, fault], context) => {
    const { proxy, database } = await openThroughProxy(context);
    proxy.behave(fault);

    await expect(database.run(selectOne)).rejects.toMatchObject({ code: "retry_later" });

    expect(proxy.accepted()).toBeLessThan(20);
    expect(proxy.accepted()).toBeGreaterThan(1);
  });

  test.for(fails)("that %s is used again as soon as it recovers", async ([, fault], context) => {
    const { proxy, database } = await openThroughProxy(context);
    proxy.behave(fault, 1);

    expect(await database.run(selectOne)).toEqual([{ one: 1 }]);
  });

  test("that does not listen ends in retry_later long before the budget is spent", {
    timeout: 7_000,
  }, async (context) => {
    const { proxy, database } = await openThroughProxy(context);
    await proxy.close();

    const run = database.run(selectOne, { budgetMs: 9_000 });

    await expect(run).rejects.toMatchObject({ code: "retry_later" });
  });
});

/** The open TCP sockets of this process: those of the clients and of the proxy. */
function openSockets(): number {
  return process.getActiveResourcesInfo().filter((name) => name === "TCPSocketWrap").length;
}
