import { SWEEP_STATEMENT_MS, toBudgetMs } from "../deadlines.ts";
import { type ErrorCode, toServiceError } from "../errors.ts";
import type { InstallationKind } from "../installation.ts";
import type { Expiry } from "../ports/expiry.ts";
import { inParallel, throwFirst } from "./in-parallel.ts";
import { type RefreshInstallationDeps, refreshInstallation } from "./refresh-installation.ts";

/** Refresh tokens that are not used expire after 90 days at the earliest, at any platform. */
const IDLE = { idleDays: 30, endsInDays: 30, count: 1_000 };
/** An installation that was not refreshed is passed over for a day, so that it does not hold up others. */
const PASS_OVER = { seconds: 24 * 3_600 };
/** For each kind of app: during an outage of the platform, each refresh takes as long as its calls may. */
const PARALLEL_REFRESHES = 4;
/** Another installation is refreshed only with this much time left: for its refresh, and to delete rows. */
const MIN_TIME_MS = 90_000;
/** Another batch of rows is changed only with this much time left: for its statement, and the response. */
const MIN_TIME_FOR_BATCH_MS = toBudgetMs(SWEEP_STATEMENT_MS) + 5_000;

export interface SweepDeps extends RefreshInstallationDeps {
  readonly expiry: Expiry;
}

interface RefreshCounts {
  readonly refreshed: number;
  /** How many installations were not refreshed, with or without an error. */
  readonly failed: number;
  /** How many refreshes failed with each error code. */
  readonly failures: Readonly<Partial<Record<ErrorCode, number>>>;
}

type Counts = { -readonly [Name in keyof RefreshCounts]: RefreshCounts[Name] };

export interface SweepResult extends RefreshCounts {
  /** How many expired rows were deleted. */
  readonly removed: number;
  /** How many ended grants lost their tokens, after the retention time. */
  readonly wiped: number;
}

/**
 * Refreshes tokens whose refresh token would expire unused, deletes the tokens of grants that ended long ago,
 * and deletes expired rows. Each step is taken also if another one fails.
 *
 * Each run continues where the last one ended: an installation that was refreshed is not idle any more, and
 * one that was not is passed over for a day.
 *
 * @throws {ServiceError} `retry_later`
 */
export async function sweep(
  deps: SweepDeps,
  { remainingMs }: { remainingMs: () => number },
): Promise<SweepResult> {
  const limits = { hasTime: () => remainingMs() >= MIN_TIME_FOR_BATCH_MS };
  const [refreshes] = await Promise.allSettled([refreshIdle(deps, remainingMs)]);
  const [wiped] = await Promise.allSettled([deps.expiry.wipeTokens(limits)]);
  const [removed] = await Promise.allSettled([deps.expiry.removeExpired(limits)]);
  const [links] = await Promise.allSettled([deps.expiry.removeLinks(limits)]);
  return {
    ...resultOf(refreshes),
    wiped: resultOf(wiped),
    removed: resultOf(removed) + resultOf(links),
  };
}

/** Refreshes the kinds of app side by side, so that an outage of one platform does not hold up another. */
async function refreshIdle(deps: SweepDeps, remainingMs: () => number): Promise<RefreshCounts> {
  const counts: Counts = { refreshed: 0, failed: 0, failures: {} };
  const hasTime = () => remainingMs() >= MIN_TIME_MS;
  await deps.expiry.resume({ hasTime });
  const kinds = deps.providers.map(({ kind }) => kind);
  throwFirst(await Promise.allSettled(kinds.map(refreshKind)));
  return counts;

  async function refreshKind(kind: InstallationKind): Promise<void> {
    let isComplete = false;
    while (!isComplete && hasTime()) {
      const idle = await deps.expiry.findIdle({ ...IDLE, kind });
      await inParallel(idle, { count: PARALLEL_REFRESHES, hasTime }, async (id) => {
        const isRefreshed = await attempt(counts, () => refreshInstallation(deps, id, remainingMs));
        if (!isRefreshed) await deps.expiry.passOver(id, PASS_OVER);
      });
      isComplete = idle.length < IDLE.count;
    }
  }
}

/** Refreshes, and counts the outcome. Returns whether there are new tokens. */
async function attempt(counts: Counts, refresh: () => Promise<boolean>): Promise<boolean> {
  try {
    if (await refresh()) {
      counts.refreshed += 1;
      return true;
    }
  } catch (error) {
    const { code } = toServiceError(error);
    counts.failures = { ...counts.failures, [code]: (counts.failures[code] ?? 0) + 1 };
  }
  counts.failed += 1;
  return false;
}

function resultOf<Value>(result: PromiseSettledResult<Value>): Value {
  if (result.status === "rejected") throw result.reason;
  return result.value;
}
