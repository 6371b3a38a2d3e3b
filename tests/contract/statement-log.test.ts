import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterAll, expect, inject, test, vi } from "vitest";
import { createDatabase } from "../../core/postgres/client.ts";
import { judge } from "../statements/judge.ts";
import { createEmptyDatabase } from "../support/database.ts";
import { readStatements } from "../support/statement-log.ts";

/** `tests/statements` relies on it: every statement is recorded, and a refused one is found. */
const { settings, url, sql, drop } = await createEmptyDatabase();
const database = createDatabase(async () => settings);

afterAll(async () => {
  await database.close();
  await drop();
});

async function recorded(): Promise<string[]> {
  return [...(await readStatements(inject("statementLog") ?? "", settings.database))];
}

test("a statement is recorded as it was sent, with placeholders, whatever the protocol", async () => {
  await sql`create table bots (id text primary key, names text[])`;
  const secret = "a parameter that must not be in the log";

  await database.run((sql) => sql`select id from bots where id = ${secret}`);
  await database.run((sql) => sql.unsafe("select id from bots where id = $1", [secret]));
  await database.run((sql) => sql.unsafe("select 'simple'\nas protocol"));

  await vi.waitFor(async () => {
    expect(await recorded()).toEqual([
      "select id from bots where id = $1",
      "select 'simple'\nas protocol",
    ]);
  });
});

test("a statement of another process is recorded too", async () => {
  const env = { ...process.env, DATABASE_URL: url };
  const script =
    'import("./functions/migrate.ts").then(({ handler }) => handler({}, { awsRequestId: "r" }))';

  await promisify(execFile)(process.execPath, ["--eval", script], { env });

  await vi.waitFor(async () => {
    expect((await recorded()).join("\n")).toContain("create table if not exists installations");
  });
});

test.each([
  ["select id from bots where $1 = any(names)", "an array exists only while a query runs"],
  [
    "merge into bots using (select $1::text as id) as new on bots.id = new.id when matched then delete",
    "0A000 unsupported statement type: MERGE",
  ],
  [
    "select pg_advisory_lock(1) where $1 <> ''",
    "function pg_advisory_lock: 0A000 function not supported",
  ],
])(
  "a statement that Aurora DSQL refuses is found among those that ran: %s",
  async (text, reason) => {
    await database.run((sql) => sql.unsafe(text, ["a"]));

    await vi.waitFor(async () => {
      const reasons = await Promise.all((await recorded()).map(judge));
      expect(reasons.flat().join("\n")).toContain(reason);
    });
  },
);
