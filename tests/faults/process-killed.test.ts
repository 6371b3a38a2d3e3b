import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { type LookupProcess, startLookupProcess } from "../support/lookup-process.ts";
import { startPlatformFront } from "../support/platform-front.ts";
import { plant, type RacePlatform } from "../support/race-installs.ts";
import { GITHUB_APP, startTestStack } from "../support/stack.ts";
import { percentile, repeat } from "./figures.ts";

const LEASE_MS = 26_000;
const RECOVERY_MS = LEASE_MS + 1_000;
const FUNCTION_TIMEOUT_MS = 3_000;

const stack = await startTestStack(GITHUB_APP);
const { sql } = stack.database;
const front = await startPlatformFront(stack);
const other = await startLookupProcess();

/** Milliseconds until a lookup is good again, one being started every second. */
async function recoveryOf(process: LookupProcess, id: string): Promise<number> {
  const starts = Array.from({ length: 29 }, (_, second) => ({
    // Lookups that wish for the same would wait for the first of them.
    event: { installation_id: id, min_ttl_seconds: second },
    afterMs: second * 1_000,
  }));
  const results = await process.lookUpAt(starts);
  const ends = results.map(({ ok, milliseconds }, index) => {
    return ok ? (starts[index]?.afterMs ?? 0) + milliseconds : Number.POSITIVE_INFINITY;
  });
  return Math.min(...ends);
}

/** Ends a process so long after its call reached the platform, and says how long its grant was held up. */
async function killInCall(platform: RacePlatform, afterMs: number) {
  const id = await plant(stack, platform);
  const victim = await startLookupProcess(front.environment);
  const call = front.hold(platform, "reply");
  const startedAt = performance.now();
  void victim.lookUp({ installation_id: id });
  await call.arrived;
  await sleep(afterMs);
  victim.signal("SIGKILL");
  await victim.gone();
  const [lease] = await sql<[{ ms: number }?]>`
    select 1000 * extract(epoch from refresh_lease_until - clock_timestamp())::float8 as ms
    from installations where id = ${id}
  `;
  const leaseMs = lease?.ms ?? Number.NaN;
  const elapsedMs = performance.now() - startedAt;
  const recoveryMs = elapsedMs + (await recoveryOf(other, id));
  call.release();
  return { leaseMs, recoveryMs };
}

test("F-22 F-49 a process that is killed in its call, or ended by its timeout, holds a grant up for no longer than its lease", {
  timeout: 90_000,
}, async () => {
  const killed = await Promise.all([
    killInCall("jira", 0),
    killInCall("github", FUNCTION_TIMEOUT_MS),
  ]);

  for (const { leaseMs, recoveryMs } of killed) {
    expect(leaseMs).toBeGreaterThan(0);
    expect(leaseMs).toBeLessThanOrEqual(LEASE_MS);
    expect(recoveryMs).toBeLessThan(RECOVERY_MS);
  }
});

test("F-23 between slack's reply and our commit are less than 50 ms, 99 times of 100", async () => {
  const process = await startLookupProcess(front.environment);
  const ids = await repeat(100, () => plant(stack, "slack"));

  const windows = await repeat(ids.length, async (index) => {
    const id = ids[index] ?? "";
    await process.lookUp({ installation_id: id });
    const [row] = await sql<[{ at: number }?]>`
      select 1000 * extract(epoch from last_refreshed_at)::float8 as at
      from installations where id = ${id}
    `;
    return (row?.at ?? Number.NaN) - front.repliedAt();
  });

  expect(percentile(windows, 99)).toBeLessThan(50);
});
