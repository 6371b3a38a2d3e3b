import { setTimeout as sleep } from "node:timers/promises";
import type * as v from "valibot";
import { expect, test } from "vitest";
import type { Fault } from "../../emulators/faults.ts";
import { openProvider, type ProviderAdapter } from "./provider-flow.ts";

/** Longer than any other call than a refresh may take. */
const SLOW_MS = 6500;

interface OutcomeCase {
  readonly name: string;
  readonly fault: v.InferInput<typeof Fault>;
  readonly outcome: "none" | "unknown";
}

const rejected = (status: number, body: Record<string, unknown> = {}): OutcomeCase => ({
  name: `a ${status}`,
  fault: { kind: "status", status, body },
  outcome: "none",
});

const CASES: readonly OutcomeCase[] = [
  rejected(400),
  rejected(401),
  rejected(403),
  rejected(404),
  rejected(422),
  rejected(429),
  {
    name: "a redirect",
    fault: { kind: "redirect", location: "http://127.0.0.1:9/" },
    outcome: "none",
  },
  { name: "a 500", fault: { kind: "status", status: 500 }, outcome: "unknown" },
  {
    name: "a 502 without JSON",
    fault: { kind: "status", status: 502, body: "no" },
    outcome: "unknown",
  },
  { name: "HTML with 200", fault: { kind: "html" }, outcome: "unknown" },
  { name: "half of the JSON", fault: { kind: "truncate" }, outcome: "unknown" },
  {
    name: "JSON of another shape",
    fault: { kind: "status", status: 200, body: {} },
    outcome: "unknown",
  },
  { name: "too many bytes", fault: { kind: "huge", megabytes: 300 }, outcome: "unknown" },
  { name: "a dropped connection", fault: { kind: "drop" }, outcome: "unknown" },
  { name: "a lost reply", fault: { kind: "lose_reply" }, outcome: "unknown" },
];

/** Tests that a failed refresh tells whether the platform may have issued tokens. */
export function testProviderOutcomes(adapter: ProviderAdapter): void {
  const { platform } = adapter;

  test.each(CASES)("after $name, the outcome is $outcome", async ({ fault, outcome }) => {
    const { install, provider, failureOf, platforms } = await openProvider(adapter);
    const stored = await install();
    platforms.control.addFault({ platform, times: "until_cleared", fault });

    expect((await failureOf(provider.refresh(stored))).outcome).toBe(outcome);
  });

  test("nothing happens for a caller that has given up", async () => {
    const { install, provider, failureOf } = await openProvider(adapter);
    const stored = await install();

    const failure = await failureOf(provider.refresh({ ...stored, signal: AbortSignal.abort() }));

    expect(failure).toMatchObject({ code: "provider_unavailable", outcome: "none" });
  });

  test("nothing happens without a secret that the platform accepts", async () => {
    const { install, provider, failureOf, vault } = await openProvider(adapter);
    const stored = await install();
    vault.spoil("never");

    const failure = await failureOf(provider.refresh(stored));

    expect(failure).toMatchObject({ code: "provider_misconfigured", outcome: "none" });
  });

  test("a time-out may come after the tokens were issued", async () => {
    const { install, provider, failureOf, platforms } = await openProvider(adapter);
    const stored = await install();
    const fault = { kind: "late_reply", milliseconds: 400 } as const;
    platforms.control.addFault({ platform, method: "POST", fault });

    const signal = AbortSignal.timeout(200);
    const failure = await failureOf(provider.refresh({ ...stored, signal }));
    const [second] = await Promise.allSettled([provider.refresh(stored)]);

    expect(failure).toMatchObject({ code: "provider_unavailable", outcome: "unknown" });
    const isDead = adapter.usedRefreshToken === "is dead";
    expect(second.status).toBe(isDead ? "rejected" : "fulfilled");
    await sleep(300);
  });

  test("only the signal limits the time of a refresh", { timeout: 2 * SLOW_MS }, async () => {
    const { install, provider, works, platforms } = await openProvider(adapter);
    const stored = await install();
    platforms.control.addFault({ platform, method: "POST", milliseconds: SLOW_MS });

    const { accessToken } = await provider.refresh(stored);

    expect(await works(accessToken)).toBe(true);
  });
}
