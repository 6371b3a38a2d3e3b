import { describe, expect, test } from "vitest";
import { startLookupProcess } from "../support/lookup-process.ts";
import { startPlatformFront } from "../support/platform-front.ts";
import {
  ageLeases,
  countCalls,
  LIFETIME_SECONDS,
  outcomes,
  plant,
  works,
} from "../support/race-installs.ts";
import { GITHUB_APP, startTestStack } from "../support/stack.ts";

const stack = await startTestStack(GITHUB_APP);
const { control } = stack.platforms;
const { sql } = stack.database;
const front = await startPlatformFront(stack);
const late = await startLookupProcess(front.environment);
const other = await startLookupProcess();

/** Stops a process in its call to the platform, while another one outlives its lease and renews. */
async function overtake(platform: "github" | "slack" | "jira", what: "request" | "reply") {
  const id = await plant(stack, platform);
  const request = { installation_id: id };
  await other.lookUp(request);
  await control.letTimePass(LIFETIME_SECONDS[platform] + 60);
  const callsBefore = countCalls(stack, platform);

  const call = front.hold(platform, what);
  const waking = late.lookUp(request);
  await call.arrived;
  late.signal("SIGSTOP");
  await ageLeases(sql, 27);
  const [newest = ""] = outcomes(await other.lookUp(request));
  call.release();
  late.signal("SIGCONT");
  const [woken = ""] = outcomes(await waking);

  const [stored = ""] = outcomes(await other.lookUp(request));
  const calls = countCalls(stack, platform) - callsBefore;
  const [row] = await sql`
    select is_active, last_refresh_error from installations where id = ${id}
  `;
  return { newest, woken, stored, calls, row };
}

describe.each(["jira", "github"] as const)("%s", (platform) => {
  test("F-30 a holder that was stopped with new tokens in its hands cannot store them over newer ones, and answers the newer", async () => {
    const { newest, woken, stored, calls, row } = await overtake(platform, "reply");

    expect(calls).toBe(2);
    expect(stored).toBe(newest);
    expect(woken).toBe(newest);
    expect(await works(stack, platform, newest)).toBe(true);
    expect(row).toMatchObject({ is_active: true, last_refresh_error: null });
  });
});

describe.each(["slack", "jira", "github"] as const)("%s", (platform) => {
  test("F-30 a holder whose call comes after another's cannot undo what that one has stored, whatever the platform tells it", async () => {
    const { newest, woken, stored, calls, row } = await overtake(platform, "request");

    expect(calls).toBe(2);
    expect(stored).toBe(newest);
    expect(woken).toBe(newest);
    expect(await works(stack, platform, newest)).toBe(true);
    expect(row).toMatchObject({ is_active: true, last_refresh_error: null });
  });
});

test("F-30 slack: when the stopped holder had the only new tokens, the grant ends as reauthorization_required, and stays so when it wakes", async () => {
  const { newest, woken, stored, calls, row } = await overtake("slack", "reply");

  expect(calls).toBe(2);
  expect([newest, woken, stored]).toEqual(Array(3).fill("reauthorization_required"));
  expect(row).toMatchObject({ is_active: false, last_refresh_error: "invalid_refresh_token" });
});
