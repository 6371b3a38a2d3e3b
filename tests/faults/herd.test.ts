import { describe, expect, test } from "vitest";
import { startLookupProcesses } from "../support/lookup-process.ts";
import { startPlatformFront } from "../support/platform-front.ts";
import { countCalls, LIFETIME_SECONDS, outcomes, plant, works } from "../support/race-installs.ts";
import { GITHUB_APP, startTestStack } from "../support/stack.ts";

const stack = await startTestStack(GITHUB_APP);
const { control } = stack.platforms;
const front = await startPlatformFront(stack);
const processes = await startLookupProcesses(4, front.environment);
const [holder] = processes;
if (!holder) throw new Error("No process started.");

describe.each(["slack", "jira", "github"] as const)("%s", (platform) => {
  test("F-27 200 lookups of an expired token from 4 processes cost one call, and all answer the same token, which works", async () => {
    const request = { installation_id: await plant(stack, platform) };
    const first = outcomes(await holder.lookUp(request));
    await control.letTimePass(LIFETIME_SECONDS[platform] + 60);
    const before = countCalls(stack, platform);
    control.addFault({ platform, method: "POST", milliseconds: 300 });

    const answers = await Promise.all(
      processes.map((process) => process.lookUp(request, { times: 50 })),
    );

    const results = answers.flat();
    const [token = ""] = outcomes(results);
    expect(results.filter(({ ok }) => ok)).toHaveLength(200);
    expect(outcomes(results)).toEqual([token]);
    expect(countCalls(stack, platform)).toBe(before + 1);
    expect(first).not.toContain(token);
    expect(await works(stack, platform, token)).toBe(true);
    expect(await works(stack, platform, first[0] ?? "")).toBe(false);
  });
});
