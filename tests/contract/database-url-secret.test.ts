import { afterAll, beforeEach, expect, onTestFinished, test, vi } from "vitest";
import type { Sql } from "../../core/postgres/connection.ts";
import { openDatabase } from "../../functions/wiring/database.ts";
import { createEmptyDatabase } from "../support/database.ts";

const ARN = "arn:database-url";
const { url, drop } = await createEmptyDatabase();

afterAll(drop);

beforeEach(() => {
  vi.stubEnv("DATABASE_URL", "");
  vi.stubEnv("DATABASE_URL_SECRET_ARN", ARN);
  return () => vi.unstubAllEnvs();
});

const selectOne = (sql: Sql) => sql<{ one: number }[]>`select 1 as one`;

async function openWith(read: () => Promise<string>) {
  const arns: string[] = [];
  const database = await openDatabase({
    read(arn) {
      arns.push(arn);
      return read();
    },
  });
  onTestFinished(() => database.close());
  return { database, arns };
}

test("a database is reached by the URL in a secret", async () => {
  const { database, arns } = await openWith(async () => `${url}\n`);

  expect(await database.run(selectOne)).toEqual([{ one: 1 }]);

  expect(arns).toEqual([ARN]);
});

test("after an outage of Secrets Manager at the start, the next statement reads the secret again", async () => {
  const answers = [Promise.reject(new Error("There is no answer.")), Promise.resolve(url)];
  answers[0]?.catch(() => {});
  const { database } = await openWith(() => answers.shift() ?? Promise.resolve(url));

  await expect(database.run(selectOne)).rejects.toThrow("There is no answer.");

  expect(await database.run(selectOne)).toEqual([{ one: 1 }]);
});

test("a malformed URL in the secret is not quoted", async () => {
  const { database } = await openWith(async () => "mysql://user:canary@db.example/grantkeep");

  const failure = database.run(selectOne);

  await expect(failure).rejects.toMatchObject({ code: "server_error", reason: "database secret" });
  await expect(failure).rejects.not.toThrow(/canary/);
});
