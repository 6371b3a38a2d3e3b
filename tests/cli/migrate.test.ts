import { expect, onTestFinished, test } from "vitest";
import { runCommand } from "../support/commands.ts";
import { createEmptyDatabase } from "../support/database.ts";

test("grantkeep migrate brings the database of DATABASE_URL up to date, and finds nothing to do then", async () => {
  const { url, sql, drop } = await createEmptyDatabase();
  onTestFinished(drop);

  const first = await runCommand(["migrate"], { DATABASE_URL: url });
  const second = await runCommand(["migrate"], { DATABASE_URL: url });

  expect(first).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^Applied 0001_baseline\.sql\n(?:Applied \d{4}_\w+\.sql\n)*$/),
  });
  expect(second).toEqual({ code: 0, stdout: "The schema is up to date.\n", stderr: "" });
  expect(await sql`select id from installations`).toEqual([]);
});

test("grantkeep migrate without a database is one sentence", async () => {
  expect(await runCommand(["migrate"])).toEqual({
    code: 1,
    stdout: "",
    stderr: "error: Set DATABASE_URL, or use --stage.\n",
  });
});
