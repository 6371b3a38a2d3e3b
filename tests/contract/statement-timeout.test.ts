import { afterAll, expect, onTestFinished, test } from "vitest";
import { createDatabase, type Database } from "../../core/postgres/client.ts";
import type { Sql } from "../../core/postgres/connection.ts";
import { createEmptyDatabase } from "../support/database.ts";

const { settings, drop } = await createEmptyDatabase();

afterAll(drop);

function open(statementTimeoutMs?: number): Database {
  const options = statementTimeoutMs === undefined ? {} : { statementTimeoutMs };
  const database = createDatabase(async () => settings, options);
  onTestFinished(() => database.close());
  return database;
}

const select = (seconds: number) => (sql: Sql) =>
  sql<{ one: number }[]>`select 1 as one from pg_sleep(${seconds})`;

const ENDED = { code: "retry_later", reason: expect.stringContaining("57014") };

test("a statement of a request is ended on the server before the connection is given up", async () => {
  await expect(open().run(select(60))).rejects.toMatchObject(ENDED);
});

test("a statement of a job may take longer, and is ended after the limit of the job", async () => {
  expect(await open(30_000).run(select(1.5))).toEqual([{ one: 1 }]);
  await expect(open(200).run(select(60))).rejects.toMatchObject(ENDED);
});
