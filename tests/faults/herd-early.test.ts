import { describe, expect, test } from "vitest";
import { startLookupProcesses } from "../support/lookup-process.ts";
import { startPlatformFront } from "../support/platform-front.ts";
import { countCalls, LIFETIME_SECONDS, outcomes, plant, works } from "../support/race-installs.ts";
import { GITHUB_APP, startTestStack } from "../support/stack.ts";
import { percentile } from "./figures.ts";

const stack = await startTestStack(GITHUB_APP);
const { control } = stack.platforms;
const front = await startPlatformFront(stack);
const [holder, ...losers] = await startLookupProcesses(4, front.environment);
if (!holder) throw new Error("No process started.");

describe.each(["slack", "jira", "github"] as const)("%s", (platform) => {
  test("F-28 with 3 minutes of life left, other processes get the old token while the one call is under way, p99 below 800 ms", async () => {
    const request = { installation_id: await plant(stack, platform) };
    const [old = ""] = outcomes(await holder.lookUp(request));
    await control.letTimePass(LIFETIME_SECONDS[platform] - 180);
    const before = countCalls(stack, platform);
    const call = front.hold(platform, "request");
    let isRenewed = false;

    const renewing = holder.lookUp(request, { times: 50 }).finally(() => {
      isRenewed = true;
    });
    await call.arrived;
    const answers = await Promise.all(
      losers.map((process) => process.lookUp(request, { times: 50 })),
    );
    const wasRenewedBefore = isRenewed;
    const callsBefore = countCalls(stack, platform) - before;
    call.release();
    const renewed = outcomes(await renewing);

    expect(answers.flat()).toHaveLength(150);
    expect(outcomes(answers.flat())).toEqual([old]);
    const times = answers.flat().map(({ milliseconds }) => milliseconds);
    expect(percentile(times, 99)).toBeLessThan(800);
    expect([wasRenewedBefore, callsBefore]).toEqual([false, 0]);
    expect(countCalls(stack, platform)).toBe(before + 1);
    expect(renewed).toHaveLength(1);
    expect(renewed).not.toContain(old);
    expect(await works(stack, platform, renewed[0] ?? "")).toBe(true);
  });
});
