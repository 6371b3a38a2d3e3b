import { gzipSync } from "node:zlib";
import { afterAll, afterEach, expect, test } from "vitest";
import type { Fault } from "../../emulators/faults.ts";
import { listen } from "../../local/http-server.ts";
import { startLookupProcess, startLookupProcesses } from "../support/lookup-process.ts";
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
import { repeat } from "./figures.ts";

const COOL_DOWN_SECONDS = 31;
const MEGABYTE = 1024 * 1024;
const WARM_UPS = 10;
const MAX_GROWTH_BYTES = 20 * MEGABYTE;

const stack = await startTestStack(GITHUB_APP);
const { control } = stack.platforms;
const { sql } = stack.database;
const processes = await startLookupProcesses(2);

afterEach(() => control.clearFaults());

/** Runs concurrent lookups of one installation in each process, and returns their outcomes and durations. */
async function lookUpAll(id: string, times = 10) {
  const request = { installation_id: id };
  const answers = processes.map((process) => process.lookUp(request, { times }));
  const results = (await Promise.all(answers)).flat();
  const slowest = Math.max(...results.map(({ milliseconds }) => milliseconds));
  return { said: outcomes(results), slowest };
}

function fail(platform: RacePlatform, fault: Fault, times: number | "until_cleared"): void {
  control.addFault({ platform, method: "POST", times, fault });
}

async function rowOf(id: string) {
  const [row] = await sql`
    select is_active, inactive_reason, refresh_lease_owner from installations where id = ${id}
  `;
  return row;
}

test("F-25 slack rotates and its reply is lost: the next try says that the grant has ended", async () => {
  const id = await plant(stack, "slack");
  fail("slack", { kind: "lose_reply" }, 1);

  const lost = await lookUpAll(id);
  await ageLeases(sql, COOL_DOWN_SECONDS);
  const next = await lookUpAll(id);

  expect(lost.said).toEqual(["provider_unavailable"]);
  expect(next.said).toEqual(["reauthorization_required"]);
  expect(await rowOf(id)).toMatchObject({ inactive_reason: "reauthorization_required" });
});

test("F-25 jira rotates and its reply is lost: the next attempt with the same token is within the reuse leeway", async () => {
  const id = await plant(stack, "jira");
  fail("jira", { kind: "lose_reply" }, 1);

  const lost = await lookUpAll(id);
  await ageLeases(sql, COOL_DOWN_SECONDS);
  const next = await lookUpAll(id);

  expect(lost.said).toEqual(["provider_unavailable"]);
  expect(await works(stack, "jira", next.said[0] ?? "")).toBe(true);
});

test.each(["slack", "jira", "github"] as const)(
  "F-31 ten minutes of 500 from %s: a living token is served all the time, one call in 30 s, no row is marked",
  async (platform) => {
    const id = await plant(stack, platform);
    const [token] = (await lookUpAll(id)).said;
    await setLife(sql, id, 500);
    const before = countCalls(stack, platform);
    const broken: Fault = { kind: "status", status: 500, headers: {}, body: "" };
    fail(platform, broken, "until_cleared");

    const minutes = await repeat(20, async () => {
      const { said } = await lookUpAll(id);
      await ageLeases(sql, 30);
      return said;
    });

    expect(new Set(minutes.flat())).toEqual(new Set([token]));
    const calls = countCalls(stack, platform) - before;
    expect(calls).toBeGreaterThan(0);
    expect(calls).toBeLessThanOrEqual(20);
    expect(await rowOf(id)).toMatchObject({ is_active: true, inactive_reason: null });
  },
);

test.each(["slack", "jira", "github"] as const)(
  "F-33 %s hangs: 100 lookups fail together after 5 to 8 s and one call, the lease is free, others are served meanwhile",
  async (platform) => {
    const [id, other] = [await plant(stack, platform), await plant(stack, platform)];
    await lookUpAll(other);
    const before = countCalls(stack, platform);
    fail(platform, { kind: "hang" }, 1);

    const hanging = lookUpAll(id, 50);
    const meanwhile = await lookUpAll(other, 50);
    const hung = await hanging;
    const row = await rowOf(id);
    const calls = countCalls(stack, platform) - before;
    await ageLeases(sql, COOL_DOWN_SECONDS);
    const [token = ""] = (await lookUpAll(id)).said;

    expect(hung.said).toEqual(["provider_unavailable"]);
    expect(hung.slowest).toBeGreaterThan(5_000);
    expect(hung.slowest).toBeLessThan(8_000);
    expect(calls).toBe(1);
    expect(row).toMatchObject({ is_active: true, refresh_lease_owner: null });
    expect(meanwhile.slowest).toBeLessThan(1_000);
    expect(await works(stack, platform, token)).toBe(true);
  },
);

let unpackedMegabytes = 1;
const bombs = await listen(0, async (_request, response) => {
  const bomb = gzipSync(Buffer.alloc(unpackedMegabytes * MEGABYTE, "x"));
  response.writeHead(200, { "content-type": "application/json", "content-encoding": "gzip" });
  response.end(bomb);
});
afterAll(bombs.close);

test.each([
  ["300 MB", {}],
  ["300 MB in 300 KB of gzip", { JIRA_AUTH_URL: bombs.url }],
])(
  "F-34 %s from the platform: provider_error, memory grows by less than 20 MB, the next call is good",
  async (_, environment) => {
    const process = await startLookupProcess({ ...globalThis.process.env, ...environment });
    const [warm, flooded] = [await plant(stack, "jira"), await plant(stack, "jira")];
    // The same path, with answers that are just too large: what it takes for the first time is no growth.
    unpackedMegabytes = 1;
    for (let call = 0; call < WARM_UPS; call += 1) {
      fail("jira", { kind: "huge", megabytes: 1 }, 1);
      await process.lookUp({ installation_id: warm });
      control.clearFaults();
      await ageLeases(sql, COOL_DOWN_SECONDS);
    }
    const before = await process.peakMemoryBytes();
    unpackedMegabytes = 300;
    fail("jira", { kind: "huge", megabytes: 300 }, 1);

    const answers = await process.lookUp({ installation_id: flooded });
    const growth = (await process.peakMemoryBytes()) - before;
    control.clearFaults();
    await ageLeases(sql, COOL_DOWN_SECONDS);
    const [token = ""] = (await lookUpAll(flooded)).said;

    expect(outcomes(answers)).toEqual(["provider_error"]);
    expect(growth).toBeLessThan(MAX_GROWTH_BYTES);
    expect(await works(stack, "jira", token)).toBe(true);
  },
);
