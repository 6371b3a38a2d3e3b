import { beforeAll, expect, test } from "vitest";
import { type LookupProcess, startLookupProcesses } from "../support/lookup-process.ts";
import { countCalls, outcomes, plant, works } from "../support/race-installs.ts";
import { GITHUB_APP, startTestStack } from "../support/stack.ts";

const PROCESSES = 100;

const stack = await startTestStack(GITHUB_APP);
let processes: LookupProcess[] = [];

beforeAll(async () => {
  processes = await startLookupProcesses(PROCESSES);
}, 240_000);

test("100 processes that have never looked anything up mint one token together, and all get it", async () => {
  const request = { installation_id: await plant(stack, "github") };

  const answers = await Promise.all(processes.map((process) => process.lookUp(request)));

  const results = answers.flat();
  const [token = "", ...others] = outcomes(results);
  expect(results.filter(({ ok }) => ok)).toHaveLength(PROCESSES);
  expect(others).toEqual([]);
  expect(countCalls(stack, "github")).toBe(1);
  expect(await works(stack, "github", token)).toBe(true);
});
