import type postgres from "postgres";
import { afterAll, describe, expect, onTestFinished, test } from "vitest";
import { createDatabase, type Database, transaction } from "../../core/postgres/client.ts";
import { createEmptyDatabase } from "../support/database.ts";

const { settings, drop } = await createEmptyDatabase();

afterAll(drop);

function open(): Database {
  const database = createDatabase(async () => settings);
  onTestFinished(() => database.close());
  return database;
}

/** Work of so many round trips, which take longer together than the server may be silent. */
function slowWork(statements: number) {
  let attempts = 0;
  const work = (sql: postgres.Sql) =>
    transaction(sql, async (sql) => {
      attempts += 1;
      for (let count = 0; count < statements; count += 1) await sql`select pg_sleep(0.3)`;
      return sql<{ one: number }[]>`select 1 as one`;
    });
  return { work, attempts: () => attempts };
}

describe("a server that is slow", () => {
  test("completes a transaction in one attempt, as long as it responds", async () => {
    const { work, attempts } = slowWork(5);

    expect(await open().run(work)).toEqual([{ one: 1 }]);
    expect(attempts()).toBe(1);
  });

  test("completes transactions that wait for each other in one attempt each", async () => {
    const database = open();
    const { work, attempts } = slowWork(1);

    const runs = Array.from({ length: 5 }, () => database.run(work));

    expect(await Promise.all(runs)).toEqual(Array(5).fill([{ one: 1 }]));
    expect(attempts()).toBe(5);
  });

  test("gets no more time than the budget", async () => {
    const { work, attempts } = slowWork(20);

    await expect(open().run(work)).rejects.toMatchObject({ code: "retry_later" });
    expect(attempts()).toBe(1);
  });
});
