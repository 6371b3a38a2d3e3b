import { describe, expect, test } from "vitest";
import type { Fault } from "../../emulators/faults.ts";
import { startEvilServer } from "../cases/evil-server.ts";
import { startLookupProcesses } from "../support/lookup-process.ts";
import type { LookupResult } from "../support/lookup-result.ts";
import {
  ageLeases,
  countCalls,
  outcomes,
  plant,
  type RacePlatform,
  setLife,
  works,
} from "../support/race-installs.ts";
import { GITHUB_APP, startTestStack } from "../support/stack.ts";

const COOL_DOWN_SECONDS = 31;

const stack = await startTestStack(GITHUB_APP);
const { control } = stack.platforms;
const { sql } = stack.database;
const evil = await startEvilServer();
const processes = await startLookupProcesses(2);

/** The requests of one try: one with an unknown outcome is repeated, if there is time. */
const FAULTS: readonly { name: string; fault: Fault; code: string; requests: number }[] = [
  {
    name: "F-31 a 500",
    fault: { kind: "status", status: 500, headers: {}, body: "" },
    code: "provider_unavailable",
    requests: 2,
  },
  {
    name: "F-31 a 429",
    fault: { kind: "status", status: 429, headers: { "retry-after": "5" }, body: "" },
    code: "provider_rate_limited",
    requests: 1,
  },
  { name: "F-34 HTML", fault: { kind: "html" }, code: "provider_error", requests: 2 },
  {
    name: "F-34 JSON that is cut short",
    fault: { kind: "truncate" },
    code: "provider_error",
    requests: 2,
  },
  {
    name: "F-35 a 307 to another host",
    fault: { kind: "redirect", location: `${evil.url}/token` },
    code: "provider_error",
    requests: 1,
  },
  { name: "F-33 silence", fault: { kind: "hang" }, code: "provider_unavailable", requests: 1 },
  {
    name: "F-31 a cut connection",
    fault: { kind: "drop" },
    code: "provider_unavailable",
    requests: 2,
  },
  {
    name: "F-25 nothing, after it has done it",
    fault: { kind: "lose_reply" },
    code: "provider_unavailable",
    requests: 2,
  },
  {
    name: "F-34 300 MB",
    fault: { kind: "huge", megabytes: 300 },
    code: "provider_error",
    requests: 2,
  },
];

/** Looks an installation up in all processes at once, ten times each. */
async function lookUpAll(id: string): Promise<LookupResult[]> {
  const request = { installation_id: id };
  const answers = processes.map((process) => process.lookUp(request, { times: 10 }));
  return (await Promise.all(answers)).flat();
}

/** An installation with a token that lives for three more minutes, and one whose token is dead. */
async function plantBoth(platform: RacePlatform) {
  const [living, expired] = [await plant(stack, platform), await plant(stack, platform)];
  const [token = ""] = outcomes(await lookUpAll(living));
  await setLife(sql, living, 180);
  // The cool-down has grown to 30 seconds.
  await sql`update installations set refresh_failures = 4 where id in ${sql([living, expired])}`;
  return { living, expired, token };
}

async function lookUpBoth({ living, expired }: { living: string; expired: string }) {
  const [ofLiving, ofExpired] = await Promise.all([lookUpAll(living), lookUpAll(expired)]);
  return { living: outcomes(ofLiving), expired: outcomes(ofExpired) };
}

describe.each(["jira", "github"] as const)("when %s answers", (platform) => {
  test.each(FAULTS)(
    "$name, a living token is served, an expired one is $code, no row is marked, and each costs one try until the cool-down is over",
    async ({ fault, code, requests }) => {
      const both = await plantBoth(platform);
      const before = countCalls(stack, platform);
      control.addFault({ platform, method: "POST", times: "until_cleared", fault });

      const during = await lookUpBoth(both);
      const again = await lookUpBoth(both);
      const calls = countCalls(stack, platform) - before;
      const rows = await sql`
        select is_active, last_refresh_error from installations
        where id in ${sql([both.living, both.expired])}
      `;
      control.clearFaults();
      const cooling = await lookUpBoth(both);
      const callsAtTheEnd = countCalls(stack, platform) - before;
      await ageLeases(sql, COOL_DOWN_SECONDS);
      // Of a living token, whoever comes while it is renewed gets the old one.
      await lookUpBoth(both);
      const after = await lookUpBoth(both);

      expect(during).toEqual({ living: [both.token], expired: [code] });
      expect(again).toEqual(during);
      expect(cooling).toEqual(during);
      expect([calls, callsAtTheEnd]).toEqual([2 * requests, 2 * requests]);
      expect([...rows]).toEqual(Array(2).fill({ is_active: true, last_refresh_error: code }));
      expect(countCalls(stack, platform) - before).toBe(2 * requests + 2);
      for (const tokens of [after.living, after.expired]) {
        expect(tokens).toHaveLength(1);
        expect(tokens).not.toContain(both.token);
        expect(await works(stack, platform, tokens[0] ?? "")).toBe(true);
      }
      expect(evil.requests()).toBe(0);
    },
  );

  test("F-31 a 429 that asks for two minutes, it is left alone for two minutes", async () => {
    const id = await plant(stack, platform);
    const headers = { "retry-after": "120" };
    control.addFault({ platform, method: "POST", fault: { kind: "status", status: 429, headers } });
    const before = countCalls(stack, platform);

    const limited = outcomes(await lookUpAll(id));
    await ageLeases(sql, 110);
    const stillLimited = outcomes(await lookUpAll(id));
    const calls = countCalls(stack, platform) - before;
    await ageLeases(sql, 11);
    const [token = ""] = outcomes(await lookUpAll(id));

    expect([limited, stillLimited]).toEqual(Array(2).fill(["provider_rate_limited"]));
    expect(calls).toBe(1);
    expect(await works(stack, platform, token)).toBe(true);
  });
});
