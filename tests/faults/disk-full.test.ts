import { afterAll, expect, test } from "vitest";
import { IMPORT, importInstallation } from "../cases/imported.ts";
import { startOwnPostgres } from "../support/own-postgres.ts";
import { countCalls, outcomes, plant, works } from "../support/race-installs.ts";
import { startSandboxedStack } from "../support/sandboxed-stack.ts";
import { createSmallDisk } from "../support/small-disk.ts";
import { callApi, GITHUB_APP } from "../support/stack.ts";
import { repeat } from "./figures.ts";

const WRITES = 20;

const server = await startOwnPostgres();
afterAll(() => server.stop());
const stack = await startSandboxedStack({ serverUrl: server.url, variables: GITHUB_APP });
const { sql } = stack.database;
const disk = await createSmallDisk(sql, server);
afterAll(() => disk.remove());
const [process] = stack.lookups;
if (!process) throw new Error("There is no sandbox.");

/** Imports so many organizations, and answers the status of each. */
async function write(first: number): Promise<number[]> {
  return repeat(WRITES, async (number) => {
    const body = { ...IMPORT, platform: "slack", organization_id: `T0${first + number}` };
    return (await callApi(stack, "POST", "/installations", body)).status;
  });
}

async function lookUp(id: string): Promise<string> {
  const [outcome = ""] = outcomes((await process?.lookUp({ installation_id: id })) ?? []);
  return outcome;
}

test("F-21 a full disk: writes are 503 and leave nothing, tokens are served, no refresh is begun, and all is good once there is space", async () => {
  const expired = await Promise.all([plant(stack, "slack"), plant(stack, "jira")]);
  const fresh = await importInstallation(stack, { ...IMPORT, platform: "slack" });
  const before = await countRows();
  const calls = () => countCalls(stack, "slack") + countCalls(stack, "jira");
  const callsBefore = calls();
  await disk.fill();

  const refused = await write(1_000);
  const served = await lookUp(fresh);
  const refreshed = await Promise.all(expired.map(lookUp));
  const callsWhileFull = calls() - callsBefore;
  await disk.empty();
  const rows = await countRows();
  const accepted = await write(2_000);
  const [slack = "", jira = ""] = await Promise.all(expired.map(lookUp));

  expect(new Set(refused)).toEqual(new Set([503]));
  expect(served).toBe(IMPORT.access_token);
  expect(refreshed).toEqual(["retry_later", "retry_later"]);
  expect(callsWhileFull).toBe(0);
  expect(rows).toBe(before);
  expect(new Set(accepted)).toEqual(new Set([201]));
  expect(await countRows()).toBe(before + WRITES);
  expect([await works(stack, "slack", slack), await works(stack, "jira", jira)]).toEqual([
    true,
    true,
  ]);
});

async function countRows(): Promise<number> {
  const [row] = await sql<[{ count: number }?]>`select count(*)::int as count from installations`;
  return row?.count ?? Number.NaN;
}
