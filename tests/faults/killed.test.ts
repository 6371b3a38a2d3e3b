import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, expect, test, vi } from "vitest";
import {
  type LookupProcess,
  startLookupProcess,
  startLookupProcesses,
  type TimedLookup,
} from "../support/lookup-process.ts";
import { startPlatformFront } from "../support/platform-front.ts";
import {
  ageLeases,
  countCalls,
  plant,
  type RacePlatform,
  works,
} from "../support/race-installs.ts";
import { createRandom } from "../support/random.ts";
import { GITHUB_APP, startTestStack } from "../support/stack.ts";

const KILLS = 200;
const PER_PROCESS = 5;
const REPLY_DELAY_MS = 20;
const SPREAD_MS = 140;
const PLATFORMS = ["slack", "jira", "github"] as const;
/** Longer than a lease. */
const LEASE_SECONDS = 27;

const stack = await startTestStack(GITHUB_APP);
const { control } = stack.platforms;
const { sql } = stack.database;
control.github.holdDeliveries();
const front = await startPlatformFront(stack);

/** One grant after the kill: whether new tokens were stored before it, and the outcome of the next lookup. */
interface Survivor {
  readonly id: string;
  readonly isCommitted: boolean;
  readonly outcome: string;
}

/** The grants of one platform after the kills. */
interface Harvest {
  /** How often the platform has spent a refresh token, or minted. */
  readonly calls: number;
  /** Of how many grants new tokens were stored before the kill. */
  readonly committed: number;
  readonly survivors: readonly Survivor[];
}

const harvests = new Map<RacePlatform, Harvest>();

beforeAll(async () => {
  const planted = await plantAll();
  const before = PLATFORMS.map((platform) => countCalls(stack, platform));
  front.delayReplies(REPLY_DELAY_MS);
  await killAll(planted);
  await answeredByPlatforms();
  const after = PLATFORMS.map((platform) => countCalls(stack, platform));
  front.delayReplies(0);
  const committed = await findCommitted();
  await ageLeases(sql, LEASE_SECONDS);

  const process = await startLookupProcess();
  for (const [index, platform] of PLATFORMS.entries()) {
    const ids = planted.get(platform) ?? [];
    const survivors = await lookUpAgain(process, platform, ids, committed);
    const calls = (after[index] ?? 0) - (before[index] ?? 0);
    const stored = survivors.filter(({ isCommitted }) => isCommitted).length;
    harvests.set(platform, { calls, committed: stored, survivors });
  }
}, 240_000);

function harvestOf(platform: RacePlatform): Harvest {
  const harvest = harvests.get(platform);
  if (!harvest) throw new Error("It was not reaped.");
  return harvest;
}

test.each(PLATFORMS)(
  "F-22 F-23 %s: of 200 kills, some hit the time between the platform's answer and our commit",
  (platform) => {
    const { calls, committed, survivors } = harvestOf(platform);

    expect(survivors).toHaveLength(KILLS);
    expect(calls).toBeGreaterThan(committed);
  },
);

test.each(["jira", "github"] as const)(
  "F-22 %s: no grant is lost to 200 kills: the next lookup after the lease answers a token that works",
  (platform) => {
    const { survivors } = harvestOf(platform);

    expect(survivors.filter(({ outcome }) => outcome === "working token")).toHaveLength(KILLS);
  },
);

test("F-23 slack: of 200 kills, exactly those between the rotation and the commit lose the grant, and the next lookup says so", () => {
  const { calls, committed, survivors } = harvestOf("slack");

  const lost = survivors.filter(({ outcome }) => outcome === "reauthorization_required");
  const kept = survivors.filter(({ outcome }) => outcome === "working token");
  expect(lost.length + kept.length).toBe(KILLS);
  expect(lost).toHaveLength(calls - committed);
  expect(lost.filter(({ isCommitted }) => isCommitted)).toEqual([]);
});

test("F-23 a grant that was lost is written down as such, and no other", async () => {
  const { survivors } = harvestOf("slack");
  const lost = survivors.filter(({ outcome }) => outcome === "reauthorization_required");

  const rows = await sql<{ id: string; inactive_reason: string }[]>`
    select id, inactive_reason from installations where not is_active order by id
  `;

  expect(rows.map(({ id }) => id)).toEqual(lost.map(({ id }) => id).toSorted());
  expect(rows.every((row) => row.inactive_reason === "reauthorization_required")).toBe(true);
});

async function plantAll(): Promise<Map<RacePlatform, string[]>> {
  const planted = new Map<RacePlatform, string[]>();
  for (const platform of PLATFORMS) {
    const ids: string[] = [];
    for (let count = 0; count < KILLS; count += 1) ids.push(await plant(stack, platform));
    planted.set(platform, ids);
  }
  return planted;
}

/** Kills processes in the middle of their refreshes, at moments that are the same in every run. */
async function killAll(planted: ReadonlyMap<RacePlatform, string[]>): Promise<void> {
  const random = createRandom(20_260_729);
  const moments = Array.from({ length: KILLS }, () => random.between(0, SPREAD_MS - 1));
  for (let start = 0; start < KILLS; start += 2 * PER_PROCESS) {
    const processes = await startLookupProcesses(2, front.environment);
    await Promise.all(
      processes.map((process, index) => {
        const first = start + index * PER_PROCESS;
        const ids = [...planted.values()].map((all) => all.slice(first, first + PER_PROCESS));
        return killAt(process, moments.slice(first, first + PER_PROCESS), ids);
      }),
    );
  }
}

/** Starts each lookup as long before the kill as its moment says. */
async function killAt(
  process: LookupProcess,
  moments: readonly number[],
  ids: readonly string[][],
): Promise<void> {
  const lookups = moments.flatMap((moment, index) =>
    ids.map((ofPlatform): TimedLookup => {
      return { event: { installation_id: ofPlatform[index] }, afterMs: SPREAD_MS - moment };
    }),
  );
  void process.lookUpAt(lookups);
  await sleep(SPREAD_MS);
  process.signal("SIGKILL");
  await process.gone();
}

async function answeredByPlatforms(): Promise<void> {
  await vi.waitFor(
    () => {
      if (control.requests().some(({ status }) => status === null)) throw new Error("Busy.");
    },
    { timeout: 10_000 },
  );
}

async function findCommitted(): Promise<Set<string>> {
  const rows = await sql<{ id: string }[]>`select id from installations where token_version > 1`;
  return new Set(rows.map(({ id }) => id));
}

async function lookUpAgain(
  process: LookupProcess,
  platform: RacePlatform,
  ids: readonly string[],
  committed: ReadonlySet<string>,
): Promise<Survivor[]> {
  const lookups = ids.map((id) => ({ event: { installation_id: id }, afterMs: 0 }));
  const results = await process.lookUpAt(lookups);
  const survivors: Survivor[] = [];
  for (const [index, result] of results.entries()) {
    const id = ids[index] ?? "";
    const isCommitted = committed.has(id);
    if (result.ok) {
      const isOwn = result.token.installation_id === id;
      const isGood = isOwn && (await works(stack, platform, result.token.access_token));
      survivors.push({ id, isCommitted, outcome: isGood ? "working token" : "wrong token" });
    } else {
      survivors.push({ id, isCommitted, outcome: result.code });
    }
  }
  return survivors;
}
