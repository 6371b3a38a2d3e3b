import { expect, test } from "vitest";
import { startLookupProcess } from "../support/lookup-process.ts";
import {
  ageLeases,
  countCalls,
  outcomes,
  plant,
  setLife,
  works,
} from "../support/race-installs.ts";
import { GITHUB_APP, startTestStack } from "../support/stack.ts";

const stack = await startTestStack(GITHUB_APP);
const { control } = stack.platforms;
const { sql } = stack.database;
const process = await startLookupProcess();

const REFUSAL = {
  kind: "status",
  status: 403,
  body: { error: "invalid_grant", error_description: "Unknown or invalid refresh token." },
} as const;

/** A grant at Jira that was renewed just now, so that there is a previous refresh token. */
async function plantRenewed(): Promise<string> {
  const id = await plant(stack, "jira");
  await lookUp(id);
  await setLife(sql, id, -1);
  return id;
}

async function lookUp(id: string): Promise<string> {
  const [outcome = ""] = outcomes(await process.lookUp({ installation_id: id }));
  return outcome;
}

test("a refresh token that the platform's answer leaves out is kept, and renews the next time", async () => {
  const id = await plant(stack, "jira");
  const body = { access_token: "jira-without-refresh-token", expires_in: 3600, scope: "read:me" };
  control.addFault({
    platform: "jira",
    method: "POST",
    fault: { kind: "status", status: 200, body },
  });

  const first = await lookUp(id);
  await setLife(sql, id, -1);
  const second = await lookUp(id);

  expect(first).toBe("jira-without-refresh-token");
  expect(await works(stack, "jira", second)).toBe(true);
});

test("when the platform refuses a refresh token inside the leeway, the one before is tried, once, and its tokens are stored", async () => {
  const id = await plantRenewed();
  const before = countCalls(stack, "jira");
  control.addFault({ platform: "jira", method: "POST", fault: REFUSAL });

  const token = await lookUp(id);
  const calls = countCalls(stack, "jira") - before;
  await setLife(sql, id, -1);
  const next = await lookUp(id);

  expect(calls).toBe(2);
  expect(await works(stack, "jira", token)).toBe(true);
  expect(await works(stack, "jira", next)).toBe(true);
  expect(countCalls(stack, "jira") - before).toBe(3);
});

test("when both are refused, it takes two calls to end the grant, and none after that", async () => {
  const id = await plantRenewed();
  const before = countCalls(stack, "jira");
  control.addFault({ platform: "jira", method: "POST", times: 2, fault: REFUSAL });

  const ended = await lookUp(id);
  await ageLeases(sql, 3600);
  const again = await lookUp(id);

  expect([ended, again]).toEqual(Array(2).fill("reauthorization_required"));
  expect(countCalls(stack, "jira") - before).toBe(2);
});

test("after the leeway the previous refresh token is not tried any more", async () => {
  const id = await plantRenewed();
  await control.letTimePass(601);
  const before = countCalls(stack, "jira");
  control.addFault({ platform: "jira", method: "POST", fault: REFUSAL });

  expect(await lookUp(id)).toBe("reauthorization_required");
  expect(countCalls(stack, "jira") - before).toBe(1);
});

test("a strict platform is asked once: Slack's previous refresh token is not kept", async () => {
  const id = await plant(stack, "slack");
  await lookUp(id);
  await setLife(sql, id, -1);
  const before = countCalls(stack, "slack");
  const body = { ok: false, error: "invalid_refresh_token" };
  control.addFault({
    platform: "slack",
    method: "POST",
    fault: { kind: "status", status: 200, body },
  });

  expect(await lookUp(id)).toBe("reauthorization_required");
  expect(countCalls(stack, "slack") - before).toBe(1);
});
