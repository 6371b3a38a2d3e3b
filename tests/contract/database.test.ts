import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { createDatabase, type Database, transaction } from "../../core/postgres/client.ts";
import type { ConnectionSettings, Sql } from "../../core/postgres/connection.ts";
import { backendOf } from "../support/backend.ts";
import { createEmptyDatabase } from "../support/database.ts";

const { settings, sql, drop } = await createEmptyDatabase();

beforeAll(async () => {
  await sql`create table counters (name text primary key, value int not null default 0)`;
  await sql`
    create function fail(code text) returns void language plpgsql as $$
      begin raise exception 'failed' using errcode = code; end
    $$
  `;
});

afterAll(drop);

function open(changes: Partial<ConnectionSettings> = {}): Database {
  const database = createDatabase(async () => ({ ...settings, ...changes }));
  onTestFinished(() => database.close());
  return database;
}

const selectOne = (sql: Sql) => sql<{ one: number }[]>`select 1 as one`;

describe("an error of the server", () => {
  test("about the SQL itself is thrown unchanged and keeps the connection", async () => {
    const database = open();
    const backend = await backendOf(database);
    const insert = () => database.run((sql) => sql`insert into counters (name) values ('twice')`);
    await insert();

    await expect(insert()).rejects.toMatchObject({ name: "PostgresError", code: "23505" });

    expect(await backendOf(database)).toBe(backend);
  });

  test.each(["53000", "53100", "53200"])(
    "about its resources (%s) is not retried",
    async (code) => {
      const database = open();
      const backend = await backendOf(database);
      let attempts = 0;

      const run = database.run((sql) => {
        attempts += 1;
        return sql`select fail(${code})`;
      });

      await expect(run).rejects.toMatchObject({ code: "retry_later" });
      expect(attempts).toBe(1);
      expect(await backendOf(database)).toBe(backend);
    },
  );

  test.each(["53100", "55P03", "57014"])(
    "that is temporary (%s) is retried until the budget is spent, with retryUntilBudget",
    async (code) => {
      const database = open();
      const start = Date.now();

      const rows = await database.run(
        (sql) => (Date.now() - start < 700 ? sql`select fail(${code})` : selectOne(sql)),
        { budgetMs: 1_200, retryUntilBudget: true },
      );

      expect(rows).toEqual([{ one: 1 }]);
    },
  );

  test.each(["08006", "08P01", "25006", "57P01"])(
    "about the connection (%s) leads to another connection",
    async (code) => {
      const database = open();
      const backend = await backendOf(database);
      let attempts = 0;

      const rows = await database.run((sql) => {
        attempts += 1;
        return attempts === 1 ? sql`select fail(${code})` : selectOne(sql);
      });

      expect(rows).toEqual([{ one: 1 }]);
      expect(await backendOf(database)).not.toBe(backend);
    },
  );

  test.each(["40001", "40P01", "55P03"])(
    "about a conflict with another transaction (%s) is retried on the same connection",
    async (code) => {
      const database = open();
      const backend = await backendOf(database);
      let attempts = 0;

      const rows = await database.run((sql) => {
        attempts += 1;
        return attempts < 4 ? sql`select fail(${code})` : selectOne(sql);
      });

      expect(rows).toEqual([{ one: 1 }]);
      expect(await backendOf(database)).toBe(backend);
    },
  );
});

describe("a statement", () => {
  test("that is too slow ends in retry_later, is ended on the server, and keeps the connection", async () => {
    const database = open();
    const backend = await backendOf(database);

    const slow = database.run((sql) => sql`select pg_sleep(60)`);

    await expect(slow).rejects.toMatchObject({ code: "retry_later" });
    const running = await sql`
      select from pg_stat_activity where pid = ${backend ?? null}::int and state = 'active'
    `;
    expect(running).toHaveLength(0);
    expect(await backendOf(database)).toBe(backend);
  });

  test("that never gets its lock ends in retry_later", async () => {
    const database = open();
    const read = () => database.run((sql) => sql`select value from counters`, { budgetMs: 700 });
    const lock = await lockCounters();

    await expect(read()).rejects.toMatchObject({ code: "retry_later" });

    await lock.release();
    await expect(read()).resolves.toBeDefined();
  });

  test("that waits for a lock succeeds once the lock is released", async () => {
    const database = open();
    const lock = await lockCounters();
    let attempts = 0;

    const rows = await database.run(async (sql) => {
      attempts += 1;
      if (attempts === 3) await lock.release();
      return sql`select value from counters where name = 'none'`;
    });

    expect(rows).toEqual([]);
    expect(attempts).toBe(3);
  });

  test("whose server process never responds ends in retry_later, and the next one succeeds", async () => {
    const database = open();
    const frozen = await backendOf(database);

    const unanswered = database.run(
      (sql) => sql.unsafe("set statement_timeout = 0; select pg_sleep(60)"),
      { budgetMs: 300 },
    );

    await expect(unanswered).rejects.toMatchObject({ code: "retry_later" });
    expect(await database.run(selectOne)).toEqual([{ one: 1 }]);
    expect(await backendOf(database)).not.toBe(frozen);
  });

  test("has the budget of its caller", async () => {
    const database = open();
    let attempts = 0;

    const run = database.run(
      async (sql) => {
        attempts += 1;
        return sql`select fail('40001')`;
      },
      { budgetMs: 1 },
    );

    await expect(run).rejects.toMatchObject({ code: "retry_later" });
    expect(attempts).toBe(1);
  });
});

describe("concurrent statements", () => {
  test("all run on the one connection", async () => {
    const database = open();

    const pids = await Promise.all(Array.from({ length: 50 }, () => backendOf(database)));

    expect(new Set(pids).size).toBe(1);
  });

  test("do not fail with one that is too slow", async () => {
    const database = open();

    const [slow, ...others] = await Promise.allSettled([
      database.run((sql) => sql`select pg_sleep(60)`),
      database.run(selectOne),
      database.run(selectOne),
    ]);

    expect(slow).toMatchObject({ status: "rejected", reason: { code: "retry_later" } });
    expect(others).toMatchObject([{ value: [{ one: 1 }] }, { value: [{ one: 1 }] }]);
  });

  test("in serializable transactions that collide all take effect", async () => {
    await sql`insert into counters (name) values ('collisions')`;
    const increment = (database: Database) =>
      database.run((sql) =>
        sql.begin("isolation level serializable", async (sql) => {
          const [row] = await sql<[{ value: number }?]>`
            select value from counters where name = 'collisions'
          `;
          await sleep(5);
          const value = (row?.value ?? 0) + 1;
          await sql`update counters set value = ${value} where name = 'collisions'`;
        }),
      );
    const databases = [open(), open(), open()];

    await Promise.all(
      databases.map(async (database) => {
        for (let count = 0; count < 5; count += 1) await increment(database);
      }),
    );

    expect(await sql`select value from counters where name = 'collisions'`).toEqual([
      { value: 15 },
    ]);
  });
});

describe("a transaction", () => {
  test("whose work fails is rolled back, and its error is thrown", async () => {
    const database = open();

    const run = database.run((sql) =>
      transaction(sql, async (sql) => {
        await sql`insert into counters (name) values ('taken back')`;
        throw new Error("not like this");
      }),
    );

    await expect(run).rejects.toThrow("not like this");
    expect(await sql`select name from counters where name = 'taken back'`).toEqual([]);
  });

  test("that the server rejects is rolled back, and keeps the connection", async () => {
    const database = open();
    const backend = await backendOf(database);

    const run = database.run((sql) =>
      transaction(sql, async (sql) => {
        await sql`insert into counters (name) values ('taken back')`;
        await sql`insert into counters (name) values ('taken back')`;
      }),
    );

    await expect(run).rejects.toMatchObject({ code: "23505" });
    expect(await sql`select name from counters where name = 'taken back'`).toEqual([]);
    expect(await backendOf(database)).toBe(backend);
  });
});

describe("a pooler in transaction mode", () => {
  test("gets no prepared statement and no startup parameter that it might reject", async () => {
    const database = open({ pooled: true });

    await database.run((sql) => sql`select ${1}::int as one`);
    const [seen] = await database.run(
      (sql) => sql`
        select
          (select count(*)::int from pg_prepared_statements) as "preparedStatements",
          current_setting('application_name') as "applicationName",
          current_setting('statement_timeout') as "statementTimeout"
      `,
    );

    expect(seen).toEqual({
      preparedStatements: 0,
      applicationName: "grantkeep",
      statementTimeout: "0",
    });
  });
});

async function lockCounters(): Promise<{ release(): Promise<void> }> {
  const holder = await sql.reserve();
  await holder`begin`;
  await holder`lock table counters in access exclusive mode`;
  let isHeld = true;
  const release = async () => {
    if (!isHeld) return;
    isHeld = false;
    await holder`rollback`;
    holder.release();
  };
  onTestFinished(release);
  return { release };
}
