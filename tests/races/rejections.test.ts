import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { startLookupProcesses } from "../support/lookup-process.ts";
import {
  countCalls,
  LIFETIME_SECONDS,
  newName,
  outcomes,
  plant,
  type RacePlatform,
  setLife,
  works,
} from "../support/race-installs.ts";
import { GITHUB_APP, startTestStack } from "../support/stack.ts";

const stack = await startTestStack(GITHUB_APP);
const { control } = stack.platforms;
const { sql } = stack.database;
const processes = await startLookupProcesses(4);

const MAX_ATTEMPTS = 20;

const hashOf = (token: string) => createHash("sha256").update(token).digest("hex");

/** Looks one thing up in all processes at once. */
async function lookUpAll(event: object, times = 50) {
  return (await Promise.all(processes.map((process) => process.lookUp(event, { times })))).flat();
}

/** Returns the one result of a lookup in the first process, which repeats it as a caller does on a busy machine. */
async function lookUp(event: object): Promise<string> {
  for (let attempt = 1; ; attempt += 1) {
    const [outcome = ""] = outcomes((await processes[0]?.lookUp(event)) ?? []);
    if (outcome !== "retry_later" || attempt === MAX_ATTEMPTS) return outcome;
  }
}

/** Makes an installation whose stored token looks fresh, and that the platform rejects. */
async function plantRejected(platform: RacePlatform) {
  const id = await plant(stack, platform);
  const token = await lookUp({ installation_id: id });
  await control.letTimePass(LIFETIME_SECONDS[platform] + 60);
  await setLife(sql, id, LIFETIME_SECONDS[platform]);
  expect(await works(stack, platform, token)).toBe(false);
  return { installation_id: id, rejected_token_sha256: hashOf(token) };
}

/** Counts the requests to a platform since its requests were counted last, by a part of their path. */
function countRequests(part: string): number {
  return control.requests().filter(({ path }) => path.includes(part)).length;
}

describe.each(["github", "slack", "jira"] as const)("%s", (platform) => {
  test("F1 200 callers in 4 processes report one dead token: it is replaced once, and all get one that works", async () => {
    const report = await plantRejected(platform);
    const before = countCalls(stack, platform);

    const results = await lookUpAll(report);

    const [token = "", ...others] = outcomes(results);
    expect(results.filter(({ ok }) => ok)).toHaveLength(200);
    expect(others).toEqual([]);
    expect(await works(stack, platform, token)).toBe(true);
    expect(countCalls(stack, platform) - before).toBe(1);
  });

  test("a report about a token that was replaced costs nothing", async () => {
    const report = await plantRejected(platform);
    const token = await lookUp(report);
    const before = control.requests().length;

    expect(outcomes(await lookUpAll(report))).toEqual([token]);
    expect(control.requests().length - before).toBe(0);
  });
});

test("F2 1,000 false reports at Slack refresh nothing, ask once, and leave the token of all others alive", async () => {
  const installation_id = await plant(stack, "slack");
  const token = await lookUp({ installation_id });
  const refreshes = countCalls(stack, "slack");
  const checks = countRequests("auth.test");
  const report = { installation_id, rejected_token_sha256: hashOf(token) };

  const results = await lookUpAll(report, 250);

  expect(results).toHaveLength(1_000);
  expect(outcomes(results)).toEqual([token]);
  expect(countCalls(stack, "slack") - refreshes).toBe(0);
  expect(countRequests("auth.test") - checks).toBe(1);
  expect(await works(stack, "slack", token)).toBe(true);
});

test("F2 false reports of each token of a GitHub App mint one in 30 seconds, and end none", async () => {
  const installation_id = await plant(stack, "github");
  const first = await lookUp({ installation_id });
  const before = countCalls(stack, "github");

  let token = first;
  for (let count = 0; count < 20; count += 1) {
    token = await lookUp({ installation_id, rejected_token_sha256: hashOf(token) });
  }

  expect(countCalls(stack, "github") - before).toBe(1);
  expect(await works(stack, "github", token)).toBe(true);
  expect(await works(stack, "github", first)).toBe(true);
});

test("F4 a report of a narrowed token makes all processes drop theirs, once in 30 seconds", async () => {
  const login = newName();
  const installation_id = await plant(stack, "github", login);
  const narrowed = { installation_id, permissions: { metadata: "read" } };
  const whole = await lookUp({ installation_id });
  const old = outcomes(await lookUpAll(narrowed));
  expect(old).toHaveLength(4);
  const before = countCalls(stack, "github");

  const [first = ""] = old;
  const [replaced = ""] = outcomes(
    await lookUpAll({ ...narrowed, rejected_token_sha256: hashOf(first) }),
  );
  const fresh = outcomes(await lookUpAll(narrowed));
  const again = outcomes(
    await lookUpAll({ ...narrowed, rejected_token_sha256: hashOf(fresh[0] ?? "") }),
  );

  expect(fresh.filter((token) => old.includes(token))).toEqual([]);
  expect(again.toSorted()).toEqual(fresh.toSorted());
  expect(await works(stack, "github", replaced)).toBe(true);
  expect(countCalls(stack, "github") - before).toBe(4);
  expect(await lookUp({ installation_id })).toBe(whole);
});

test("F3 a process that dies in the check of a token delays the next check by 30 seconds, and no other lookup", async () => {
  const report = await plantRejected("slack");
  const { installation_id } = report;
  const dieBefore = (seconds: number) => sql`
    update installations set
      rejection_checked_by = 'a process that died',
      rejection_checked_at = clock_timestamp() - make_interval(secs => ${seconds})
    where id = ${installation_id}
  `;

  await dieBefore(21);
  const early = await lookUp(report);
  await dieBefore(31);
  const late = await lookUp(report);

  expect(await works(stack, "slack", early)).toBe(false);
  expect(await works(stack, "slack", late)).toBe(true);
});
