import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { type LookupProcess, startLookupProcesses } from "../support/lookup-process.ts";
import { plant, setLife, works } from "../support/race-installs.ts";
import { GITHUB_APP, startTestStack } from "../support/stack.ts";
import { repeat } from "./figures.ts";

const INSTALLATIONS = 20;
const HOUR = 3600;
/** How late the responses to the first refreshes are: the last of them, later than we wait. */
const DELAYS_SECONDS = [7, 12, 25];
/** How many of the installations get the last of these delays. */
const TOO_LATE = 6;

const stack = await startTestStack(GITHUB_APP);
const { control } = stack.platforms;
const { sql } = stack.database;
const [first, second] = await startLookupProcesses(2);
if (!first || !second) throw new Error("No process started.");

afterEach(() => control.clearFaults());

/** Looks all installations up, and returns the distinct outcomes: the state of each token, or an error code. */
async function lookUpAll(process: LookupProcess, ids: readonly string[]): Promise<Set<string>> {
  const lookups = ids.map((id) => ({ event: { installation_id: id }, afterMs: 0 }));
  const outcomes = (await process.lookUpAt(lookups)).map(async (result) => {
    if (!result.ok) return result.code;
    return (await works(stack, "slack", result.token.access_token)) ? "living token" : "dead token";
  });
  return new Set(await Promise.all(outcomes));
}

/** Installations with an hour of life left, which is below the margin at which a token is refreshed. */
async function plantAll(process: LookupProcess): Promise<string[]> {
  const ids = await repeat(INSTALLATIONS, () => plant(stack, "slack"));
  await lookUpAll(process, ids);
  for (const id of ids) await setLife(sql, id, HOUR);
  return ids;
}

/** Slack does the work of the next refreshes at once, and its responses are late. */
function delayRefreshes(): void {
  for (let count = 0; count < INSTALLATIONS; count += 1) {
    const milliseconds = 1000 * (DELAYS_SECONDS[count % DELAYS_SECONDS.length] ?? 0);
    const fault = { kind: "late_reply", milliseconds } as const;
    control.addFault({ platform: "slack", path: "/api/oauth.v2.access", fault });
  }
}

test.each([
  { graceSeconds: 60, ending: 0 },
  { graceSeconds: 0, ending: TOO_LATE },
])(
  "F-54 A1 slack rotates, and its replies are 7, 12 and 25 s late, with a grace of $graceSeconds s: no dead token is returned, and $ending grants end, with their tokens and announced at once",
  { timeout: 120_000 },
  async ({ graceSeconds, ending }) => {
    control.slack?.configure({ graceSeconds });
    const ids = await plantAll(first);
    delayRefreshes();
    const startedAt = performance.now();
    const seconds = () => (performance.now() - startedAt) / 1000;

    const refreshing = lookUpAll(first, ids);
    const seen: Set<string>[] = [];
    while (seconds() < 17) {
      await sleep(1000);
      seen.push(await lookUpAll(second, ids));
    }
    seen.push(await refreshing);
    const refreshedAfter = seconds();
    await sleep(3000);
    seen.push(await lookUpAll(second, ids), await lookUpAll(second, ids));
    const rows = await sql`
      select is_active, grant_ends_at is not null as is_ending, count(*)::int as n
      from installations where id in ${sql(ids)} group by 1, 2 order by 2
    `;
    const events = stack.aws.events.filter(({ detail }) =>
      ids.includes(Object(detail).installation_id),
    );

    expect(refreshedAfter).toBeGreaterThan(19);
    expect(refreshedAfter).toBeLessThan(23);
    expect(seen).toEqual(seen.map(() => new Set(["living token"])));
    expect([...rows]).toEqual([
      { is_active: true, is_ending: false, n: INSTALLATIONS - ending },
      ...(ending > 0 ? [{ is_active: true, is_ending: true, n: ending }] : []),
    ]);
    expect(events.map(({ detailType }) => detailType)).toEqual(
      Array(ending).fill("installation.reauthorization_required"),
    );
    expect(events.every(({ detail }) => Object(detail).grant_ends_at !== null)).toBe(true);
  },
);
