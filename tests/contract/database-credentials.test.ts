import { randomBytes } from "node:crypto";
import { inspect } from "node:util";
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { createDatabase, type Database } from "../../core/postgres/client.ts";
import type { ConnectionSettings, Credentials, Sql } from "../../core/postgres/connection.ts";
import { backendOf, killBackend } from "../support/backend.ts";
import { createEmptyDatabase } from "../support/database.ts";
import { createDatabaseUser, type DatabaseUser, setPassword } from "../support/database-user.ts";

const CONNECTION_LIMIT = 3;
const WRONG_PASSWORD = "wrong-password-canary";

const home = await createEmptyDatabase();
const { sql, drop } = home;
let user: DatabaseUser;

beforeAll(async () => {
  user = await createDatabaseUser(home, { connectionLimit: CONNECTION_LIMIT });
});

afterAll(async () => {
  await user.drop();
  await drop();
});

function open(settings: ConnectionSettings): Database {
  const database = createDatabase(async () => settings);
  onTestFinished(() => database.close());
  return database;
}

/** Settings of the user. Their credentials come from a secret that may be stale until it is reloaded. */
function settingsOf({ stale, current }: { stale: Credentials; current: () => Credentials }) {
  const reloads: boolean[] = [];
  const settings: ConnectionSettings = {
    ...user.settings,
    async credentials({ reload }) {
      reloads.push(reload);
      return reload ? current() : stale;
    },
  };
  return { settings, reloads };
}

const selectOne = (sql: Sql) => sql<{ one: number }[]>`select 1 as one`;

describe("a password", () => {
  test("that is refused is read again, with reload", async () => {
    const { name: username, password } = user;
    const { settings, reloads } = settingsOf({
      stale: { username, password: WRONG_PASSWORD },
      current: () => ({ username, password }),
    });
    const database = open(settings);

    expect(await database.run(selectOne)).toEqual([{ one: 1 }]);

    expect(reloads).toEqual([false, true]);
  });

  test("can be rotated without a restart", async () => {
    const { name: username, password } = user;
    const rotated = randomBytes(12).toString("hex");
    const { settings, reloads } = settingsOf({
      stale: { username, password },
      current: () => ({ username, password: rotated }),
    });
    const database = open(settings);
    const backend = await backendOf(database);
    onTestFinished(() => setPassword(sql, username, password));

    await setPassword(sql, username, rotated);
    await killBackend(sql, backend);

    expect(await database.run(selectOne)).toEqual([{ one: 1 }]);
    expect(reloads.at(-1)).toBe(true);
  });

  test("that stays wrong ends in retry_later after few attempts", async () => {
    const wrong = { username: user.name, password: WRONG_PASSWORD };
    const { settings, reloads } = settingsOf({ stale: wrong, current: () => wrong });
    const database = open(settings);

    await expect(database.run(selectOne)).rejects.toMatchObject({ code: "retry_later" });

    expect(reloads.length).toBeLessThan(12);
  });

  test("that cannot be read is read again for the next statement", async () => {
    let isReadable = false;
    const database = open({
      ...user.settings,
      async credentials() {
        if (!isReadable) throw new Error("not now");
        return { username: user.name, password: user.password };
      },
    });

    await expect(database.run(selectOne)).rejects.toThrow("not now");
    isReadable = true;

    expect(await database.run(selectOne)).toEqual([{ one: 1 }]);
  });

  test("that cannot be read ends in retry_later", async () => {
    const database = open({ ...user.settings, credentials: () => new Promise(() => {}) });

    const run = database.run(selectOne, { budgetMs: 200 });

    await expect(run).rejects.toMatchObject({ code: "retry_later" });
  });
});

describe("the connections of a server", () => {
  test("that are all in use end in retry_later, until one is free", async () => {
    const { name: username, password } = user;
    const { host, port, database: name } = user.settings;
    const others = postgres({ host, port, database: name, username, password, max: 3 });
    await Promise.all([1, 2, 3].map(() => others`select pg_sleep(0.2)`));
    const database = open(user.settings);

    await expect(database.run(selectOne, { budgetMs: 500 })).rejects.toMatchObject({
      code: "retry_later",
      reason: "database: PostgresError 53300",
    });

    await others.end();
    expect(await database.run(selectOne)).toEqual([{ one: 1 }]);
  });

  test("are limited to one per database, and to none after it is closed", async () => {
    const database = createDatabase(async () => user.settings);

    await Promise.all(Array.from({ length: 20 }, () => database.run(selectOne)));
    const whileOpen = await countConnections();
    await database.close();

    expect(whileOpen).toBe(1);
    await expect.poll(countConnections).toBe(0);
  });
});

describe("the error of a failure", () => {
  const canary = "parameter-canary";
  const failures: [string, (sql: Sql) => Promise<unknown>][] = [
    ["a slow statement", (sql) => sql`select pg_sleep(60), ${canary}::text as query_canary`],
    [
      "a lost connection",
      (sql) => sql`
      select pg_terminate_backend(pg_backend_pid()), ${canary}::text as query_canary
    `,
    ],
  ];

  test.each(failures)(
    "caused by %s contains no query, no parameter and no password",
    async (_, work) => {
      const database = open(user.settings);

      const error = await database.run(work, { budgetMs: 900 }).catch((error: unknown) => error);

      expect(error).toMatchObject({ code: "retry_later" });
      expect(everythingIn(error)).not.toMatch(/canary/);
      expect(everythingIn(error)).not.toContain(user.password);
    },
  );

  test("caused by a refused password does not contain it", async () => {
    const wrong = { username: user.name, password: WRONG_PASSWORD };
    const database = open({ ...user.settings, credentials: async () => wrong });

    const error = await database.run(selectOne).catch((error: unknown) => error);

    expect(error).toMatchObject({ reason: "database: PostgresError 28P01" });
    expect(everythingIn(error)).not.toContain(WRONG_PASSWORD);
    expect(everythingIn(error)).not.toContain(user.name);
  });
});

async function countConnections(): Promise<number | undefined> {
  const [row] = await sql<[{ count: number }?]>`
    select count(*)::int as count from pg_stat_activity where usename = ${user.name}
  `;
  return row?.count;
}

/** Everything that a log could print of an error, with its hidden fields and its causes. */
function everythingIn(error: unknown): string {
  return inspect(error, { showHidden: true, depth: Number.POSITIVE_INFINITY });
}
