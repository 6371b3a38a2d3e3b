import { describe, expect, test } from "vitest";
import type { LookupProcess } from "../support/lookup-process.ts";
import { startLookupProcesses } from "../support/lookup-process.ts";
import {
  ageLeases,
  LIFETIME_SECONDS,
  outcomes,
  plant,
  type RacePlatform,
  works,
} from "../support/race-installs.ts";
import { GITHUB_APP, startTestStack } from "../support/stack.ts";

const MINUTE = 60_000;
const MINUTES_5 = 5 * MINUTE;
/** Seconds of life left at which the token is asked for; the last are after its death. */
const AGES = [7000, 1000, 500, 290, 200, 100, 61, 30, 5, -5, -100, -290, -310, -700];

const stack = await startTestStack(GITHUB_APP);
const { control } = stack.platforms;
const { sql } = stack.database;
const [skewed, right] = await startLookupProcesses(2);
if (!skewed || !right) throw new Error("No process started.");

/** The outcome of a lookup: a token that works, a token that does not, or an error code. */
async function ask(process: LookupProcess, platform: RacePlatform, id: string): Promise<string> {
  const [outcome = ""] = outcomes(await process.lookUp({ installation_id: id }));
  if (/^[a-z_]{1,40}$/.test(outcome)) return outcome;
  return (await works(stack, platform, outcome)) ? "working token" : "dead token";
}

describe.each([
  ["5 minutes fast", MINUTES_5],
  ["5 minutes slow", -MINUTES_5],
])("a process whose clock is %s", (_, aheadMs) => {
  test.each(["slack", "jira", "github"] as const)(
    "F-36 stores no %s token that anybody gets when it is dead, though it cannot be renewed for hours",
    async (platform) => {
      const id = await plant(stack, platform);
      await skewed.lookUp({ installation_id: id });
      await skewed.skewClock(aheadMs);
      await control.letTimePass(LIFETIME_SECONDS[platform] + 60);
      const renewed = await ask(skewed, platform, id);
      control.addFault({
        platform,
        method: "POST",
        path: platform === "slack" ? "/api/oauth.v2.access" : "*",
        times: "until_cleared",
        fault: { kind: "status", status: 500 },
      });

      const seen = [renewed];
      let left = LIFETIME_SECONDS[platform];
      for (const age of AGES.filter((seconds) => seconds < left)) {
        await control.letTimePass(left - age);
        await ageLeases(sql, 31);
        left = age;
        seen.push(await ask(skewed, platform, id), await ask(right, platform, id));
      }
      control.clearFaults();
      await ageLeases(sql, 31);
      seen.push(await ask(right, platform, id));
      await skewed.skewClock(0);

      expect(seen).not.toContain("dead token");
      expect(seen).not.toContain("reauthorization_required");
      expect(seen.at(-1)).toBe("working token");
    },
  );
});

describe.each([
  ["a minute fast", MINUTE],
  ["a minute slow", -MINUTE],
])("a process whose clock is %s", (_, aheadMs) => {
  test.each(["slack", "jira", "github"] as const)(
    "F-36 renews and answers %s tokens without a failure",
    async (platform) => {
      const ids = await Promise.all(Array.from({ length: 10 }, () => plant(stack, platform)));
      await skewed.skewClock(aheadMs);

      const renewed = await Promise.all(ids.map((id) => ask(skewed, platform, id)));
      const again = await Promise.all(ids.map((id) => ask(skewed, platform, id)));
      await skewed.skewClock(0);

      expect(new Set([...renewed, ...again])).toEqual(new Set(["working token"]));
    },
  );
});
