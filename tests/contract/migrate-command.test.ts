import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { createEmptyDatabase } from "../support/database.ts";

const run = promisify(execFile);

test("`npm run migrate` brings the database of DATABASE_URL up to date, and finds nothing to do then", async () => {
  const { url, sql, drop } = await createEmptyDatabase();
  onTestFinished(drop);
  const options = { env: { ...process.env, DATABASE_URL: url } };

  const first = await run(process.execPath, ["cli/migrate.ts"], options);
  const second = await run(process.execPath, ["cli/migrate.ts"], options);

  expect(first.stdout).toContain("0001_installations.sql");
  expect(second.stdout).toContain('"applied":[]');
  expect(await sql`select id from installations`).toEqual([]);
});
