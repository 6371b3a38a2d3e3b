import { beforeAll, expect, test } from "vitest";
import { type LookupProcess, startLookupProcesses } from "../support/lookup-process.ts";
import type { LookupResult } from "../support/lookup-result.ts";
import { countCalls, outcomes, plant, works } from "../support/race-installs.ts";
import { GITHUB_APP, startTestStack } from "../support/stack.ts";

const PROCESSES = 100;

const stack = await startTestStack(GITHUB_APP);
let processes: LookupProcess[] = [];

beforeAll(async () => {
  processes = await startLookupProcesses(PROCESSES);
}, 240_000);

/** Looks up until the result is something else than `retry_later`, as the documents tell callers. */
async function lookUp(process: LookupProcess, request: object): Promise<readonly LookupResult[]> {
  const results = await process.lookUp(request);
  const isBusy = results.every((result) => !result.ok && result.code === "retry_later");
  return isBusy ? lookUp(process, request) : results;
}

// All of them share the processors of one machine, so that some do not reach the database within its budget. In
// Lambda, each has its own.
test(`${PROCESSES} processes that have never looked anything up mint one token together, and all get it`, {
  timeout: 240_000,
}, async () => {
  const request = { installation_id: await plant(stack, "github") };

  const answers = await Promise.all(processes.map((process) => lookUp(process, request)));

  const results = answers.flat();
  const [token = "", ...others] = outcomes(results);
  expect(others).toEqual([]);
  expect(results.filter(({ ok }) => ok)).toHaveLength(PROCESSES);
  expect(countCalls(stack, "github")).toBe(1);
  expect(await works(stack, "github", token)).toBe(true);
});
