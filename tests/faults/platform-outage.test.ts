import { gzipSync } from "node:zlib";
import { afterAll, afterEach, describe, expect, test } from "vitest";
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
    select is_active, inactive_reason, refresh_lease_owner, grant_ends_at
    from installations where id = ${id}
  `;
  return row;
}

/** Returns the events about an installation, and when its last token expires according to each. */
function eventsAbout(installationId: string) {
  return stack.aws.events.flatMap(({ detailType, detail }) => {
    const { installation_id: id, grant_ends_at: endsAt } = Object(detail);
    return id === installationId ? [{ type: detailType, endsAt }] : [];
  });
}

describe("F-25 slack rotates and its reply is lost", () => {
  afterEach(() => control.slack?.configure({ graceSeconds: 0 }));

  test("within the grace period, the same lookup returns new tokens", async () => {
    control.slack?.configure({ graceSeconds: 60 });
    const id = await plant(stack, "slack");
    fail("slack", { kind: "lose_reply" }, 1);

    const { said } = await lookUpAll(id);

    expect(said).toHaveLength(1);
    expect(await works(stack, "slack", said[0] ?? "")).toBe(true);
    expect(await rowOf(id)).toMatchObject({ is_active: true, grant_ends_at: null });
  });

  test("without one, the token that lives is returned to its end, which is announced at once", async () => {
    const id = await plant(stack, "slack");
    await lookUpAll(id);
    const [token = ""] = (await lookUpAll(id)).said;
    await setLife(sql, id, 1800);
    fail("slack", { kind: "lose_reply" }, 1);

    const lost = await lookUpAll(id);
    const row = await rowOf(id);
    const events = eventsAbout(id);
    await ageLeases(sql, COOL_DOWN_SECONDS);
    const next = await lookUpAll(id);
    const isWorking = await works(stack, "slack", token);
    await setLife(sql, id, -1);
    await sql`update installations set grant_ends_at = token_expires_at where id = ${id}`;
    const ended = await lookUpAll(id);

    expect([lost.said, next.said]).toEqual([[token], [token]]);
    expect(isWorking).toBe(true);
    expect(row).toMatchObject({ is_active: true, grant_ends_at: expect.any(Date) });
    const endsAt = row?.grant_ends_at.toISOString();
    expect(events).toEqual([{ type: "installation.reauthorization_required", endsAt }]);
    expect(ended.said).toEqual(["reauthorization_required"]);
    expect(eventsAbout(id)).toEqual(events);
  });

  test("without one and without a living token, the same lookup says that the grant has ended", async () => {
    const id = await plant(stack, "slack");
    fail("slack", { kind: "lose_reply" }, 1);

    const { said } = await lookUpAll(id);

    expect(said).toEqual(["reauthorization_required"]);
    expect(await rowOf(id)).toMatchObject({ inactive_reason: "reauthorization_required" });
    expect(eventsAbout(id)).toEqual([
      { type: "installation.reauthorization_required", endsAt: null },
    ]);
  });
});

test("F-25 B3 jira rotates and its reply is lost: the same lookup tries the same token again, within the reuse leeway", async () => {
  const id = await plant(stack, "jira");
  fail("jira", { kind: "lose_reply" }, 1);

  const { said } = await lookUpAll(id);

  expect(said).toHaveLength(1);
  expect(await works(stack, "jira", said[0] ?? "")).toBe(true);
});

test("B3 jira loses two replies, and nobody looks the token up for nine minutes: the next lookup gets a token", async () => {
  const id = await plant(stack, "jira");
  fail("jira", { kind: "lose_reply" }, 2);

  const lost = await lookUpAll(id);
  await control.letTimePass(9 * 60);
  await ageLeases(sql, 9 * 60);
  const next = await lookUpAll(id);

  expect(lost.said).toEqual(["provider_unavailable"]);
  expect(await works(stack, "jira", next.said[0] ?? "")).toBe(true);
});

test.each(["slack", "jira", "github"] as const)(
  "F-31 ten minutes of 500 from %s: a living token is served all the time, one try in 30 s, no row is marked",
  async (platform) => {
    const id = await plant(stack, platform);
    const [token] = (await lookUpAll(id)).said;
    await setLife(sql, id, 500);
    const before = countCalls(stack, platform);
    const broken: Fault = { kind: "status", status: 500, headers: {}, body: "" };
    const path = platform === "slack" ? "/api/oauth.v2.access" : "*";
    const times = "until_cleared";
    control.addFault({ platform, method: "POST", path, times, fault: broken });

    const minutes = await repeat(20, async () => {
      const { said } = await lookUpAll(id);
      await ageLeases(sql, 30);
      return said;
    });

    expect(new Set(minutes.flat())).toEqual(new Set([token]));
    const calls = countCalls(stack, platform) - before;
    expect(calls).toBeGreaterThan(0);
    // Each try is repeated once.
    expect(calls).toBeLessThanOrEqual(40);
    expect(await rowOf(id)).toMatchObject({ is_active: true, inactive_reason: null });
  },
);

test("F-31 a Slack that is down altogether cannot confirm a token that two refreshes may have ended: retry_later, until it is back", async () => {
  const id = await plant(stack, "slack");
  const [token] = (await lookUpAll(id)).said;
  await setLife(sql, id, 500);
  fail("slack", { kind: "status", status: 500, headers: {}, body: "" }, "until_cleared");

  await lookUpAll(id);
  const down = await lookUpAll(id);
  const row = await rowOf(id);
  control.clearFaults();
  await ageLeases(sql, COOL_DOWN_SECONDS);
  await lookUpAll(id);
  const { said } = await lookUpAll(id);

  expect(down.said).toEqual(["retry_later"]);
  expect(row).toMatchObject({ is_active: true, inactive_reason: null });
  expect(said).not.toEqual([token]);
  expect(await works(stack, "slack", said[0] ?? "")).toBe(true);
});

test.each(["slack", "jira", "github"] as const)(
  "F-33 %s hangs: 100 lookups fail together after 20 s and one call, the lease is free, others are served meanwhile",
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
    expect(hung.slowest).toBeGreaterThan(19_000);
    expect(hung.slowest).toBeLessThan(23_000);
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
      fail("jira", { kind: "huge", megabytes: 1 }, 2);
      await process.lookUp({ installation_id: warm });
      control.clearFaults();
      await ageLeases(sql, COOL_DOWN_SECONDS);
    }
    const before = await process.peakMemoryBytes();
    unpackedMegabytes = 300;
    fail("jira", { kind: "huge", megabytes: 300 }, 2);

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
