import { afterEach, describe, expect, onTestFinished, test } from "vitest";
import { createDatabase } from "../../core/postgres/client.ts";
import { type Client, connect, type Sql } from "../../core/postgres/connection.ts";
import { createEmptyDatabase, type TestDatabase } from "../support/database.ts";
import { type DsqlFront, startDsqlFront } from "../support/dsql-front.ts";
import { behaveAsDsql, type DsqlMode, readDsqlFigures } from "../support/dsql-mode.ts";

const NOTHING: DsqlMode = { refusedPercent: 0, cutPermille: 0, firstAttempts: 0, seed: 1 };
const LIMITS = {
  statement_timeout: 800,
  lock_timeout: 500,
  idle_in_transaction_session_timeout: 5_000,
};

/** Closes everything that a test opened, in this order. */
const opened: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of opened.splice(0)) await close();
});

/** A database with one table that behaves as Aurora DSQL, and a session of the product in it. */
async function start(mode: Partial<DsqlMode>) {
  const database = await createEmptyDatabase();
  await database.sql`create table bots (id text primary key, number int)`;
  await behaveAsDsql(database.sql, { ...NOTHING, ...mode });
  const front = await startDsqlFront(database.settings);
  const client = await open(database, front);
  opened.push(front.close, database.drop);
  return { database, front, client, sql: client.sql, figures: () => readDsqlFigures(database.sql) };
}

async function open(
  { settings }: TestDatabase,
  { port }: DsqlFront,
  engine: "dsql" | "postgres" = "dsql",
): Promise<Client> {
  const client = await connect({ ...settings, engine, port }, LIMITS);
  opened.unshift(() => client.end({ timeout: 0 }));
  return client;
}

function insert(sql: Sql, id: string) {
  return sql`insert into bots (id) values (${id}) on conflict (id) do update set number = 1`;
}

function insertMany(sql: Sql, count: number, prefix = "bot") {
  return sql`
    insert into bots (id)
    select ${prefix}::text || number::text from generate_series(1, ${count}::int4) as number
  `;
}

/** Runs attempts one after the other, and returns the SQLSTATE of each, or `done`. */
async function attempt(count: number, work: (number: number) => Promise<unknown>) {
  const codes: string[] = [];
  for (let number = 0; number < count; number += 1) {
    codes.push(
      await work(number).then(
        () => "done",
        (error) => error.code,
      ),
    );
  }
  return codes;
}

describe("a PostgreSQL that behaves as Aurora DSQL", () => {
  test("reads a snapshot, as it does", async () => {
    const { sql } = await start({});

    expect(await sql`show transaction_isolation`).toEqual([
      { transaction_isolation: "repeatable read" },
    ]);
  });

  test("refuses a share of the commits, and stores nothing of them", async () => {
    const { sql, database, figures } = await start({ refusedPercent: 25 });

    const codes = await attempt(400, (number) => insert(sql, `bot${number}`));

    const refused = codes.filter((code) => code === "40001").length;
    expect(refused).toBeGreaterThan(50);
    expect(refused).toBeLessThan(150);
    expect(codes.filter((code) => code === "done")).toHaveLength(400 - refused);
    expect(await database.sql`select id from bots`).toHaveLength(400 - refused);
    expect(await figures()).toMatchObject({ commits: 400, refused, first_refused: 0 });
  });

  test("refuses all commits of the control, so that the product gives up", async () => {
    const { database, front } = await start({ refusedPercent: 100 });
    const product = createDatabase(async () => ({
      ...database.settings,
      engine: "dsql",
      port: front.port,
    }));
    onTestFinished(() => product.close());

    await expect(product.run((sql) => insert(sql, "bot"))).rejects.toMatchObject({
      code: "retry_later",
      reason: "database: PostgresError 40001",
    });
    expect(await database.sql`select id from bots`).toEqual([]);
  });

  test("refuses the first two attempts of each statement on each row, and of the next such statement", async () => {
    const { sql, figures } = await start({ firstAttempts: 2 });

    // Each statement on one row is at another attempt than the others.
    const codes = await attempt(12, (number) => insert(sql, `bot${number % 2}`));
    const removals = await attempt(3, () => sql`delete from bots`);
    const together = await attempt(3, () =>
      sql.begin(async (own) => {
        await insertMany(own, 2);
        await own`update bots set number = 3 where id = 'bot1'`;
      }),
    );

    const twice = ["40001", "40001", "40001", "40001", "done", "done"];
    expect(codes).toEqual([...twice, ...twice]);
    expect([removals, together]).toEqual(Array(2).fill(["40001", "40001", "done"]));
    expect(await figures()).toMatchObject({ commits: 18, refused: 12, first_refused: 12 });
  });

  test("refuses transactions that change more than 3,000 rows, in one statement or several", async () => {
    const { sql, database, figures } = await start({});

    const one = await attempt(1, () => insertMany(sql, 3_001));
    const several = await attempt(1, () =>
      sql.begin(async (own) => {
        await insertMany(own, 3_000);
        await own`delete from bots where id = 'bot1'`;
      }),
    );
    const allowed = await attempt(2, (number) => insertMany(sql, 3_000, `bot${number}-`));
    const removed = await attempt(1, () => sql`delete from bots`);

    expect([...one, ...several, ...allowed, ...removed]).toEqual([
      ...["54000", "54000", "done", "done", "54000"],
    ]);
    expect(await database.sql`select id from bots`).toHaveLength(6_000);
    expect(await figures()).toMatchObject({ too_many_rows: 3 });
  });

  test("cuts sessions at their commit, of which nothing is stored", async () => {
    const { sql, database, figures } = await start({ cutPermille: 1_000 });

    expect(await attempt(1, () => insert(sql, "bot"))).toEqual(["CONNECTION_CLOSED"]);
    expect(await database.sql`select id from bots`).toEqual([]);
    expect(await figures()).toMatchObject({ cut: 1 });
  });

  test("takes no SET, advisory lock or limit at startup, and reads on", async () => {
    const { sql, database, front } = await start({});

    const codes = await attempt(4, async (number) => {
      if (number === 0) return sql`set statement_timeout = 100`;
      if (number === 1) return sql`select pg_advisory_lock(${1}::bigint)`;
      if (number === 2) return sql`truncate bots`;
      return sql`select 1`;
    });
    const limited = await open(database, front, "postgres");
    const startup = await attempt(1, () => limited.sql`select 1`);

    expect([...codes, ...startup]).toEqual(["0A000", "0A000", "0A000", "done", "0A000"]);
    expect(front.figures()).toEqual({ set: 2, lock: 1, other: 1 });
  });

  test("spares the sessions of the tests", async () => {
    const { database, figures } = await start({ refusedPercent: 100, cutPermille: 1_000 });

    await insertMany(database.sql, 4_000);

    expect(await figures()).toMatchObject({ commits: 0, refused: 0, cut: 0 });
  });
});
