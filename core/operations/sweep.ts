import { type ErrorCode, toServiceError } from "../errors.ts";
import type { Expiry } from "../ports/expiry.ts";
import { type RefreshInstallationDeps, refreshInstallation } from "./refresh-installation.ts";

/** Refresh tokens that are not used expire after 90 days at the earliest, at any platform. */
const IDLE = { idleDays: 30, endsInDays: 30, count: 500 };
/** Another installation is refreshed only with this much time left: for its refresh, and to delete rows. */
const MIN_TIME_MS = 90_000;

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
 * @throws {ServiceError} `retry_later`
 */
export async function sweep(
  deps: SweepDeps,
  { remainingMs }: { remainingMs: () => number },
): Promise<SweepResult> {
  const [refreshes] = await Promise.allSettled([refreshIdle(deps, remainingMs)]);
  const [wiped] = await Promise.allSettled([deps.expiry.wipeTokens()]);
  const [removed] = await Promise.allSettled([deps.expiry.removeExpired()]);
  return { ...resultOf(refreshes), wiped: resultOf(wiped), removed: resultOf(removed) };
}

async function refreshIdle(deps: SweepDeps, remainingMs: () => number): Promise<RefreshCounts> {
  let refreshed = 0;
  let failed = 0;
  const failures: Partial<Record<ErrorCode, number>> = {};
  const kinds = deps.providers.map(({ kind }) => kind);
  const idle = kinds.length > 0 ? await deps.expiry.findIdle({ ...IDLE, kinds }) : [];
  for (const id of idle) {
    if (remainingMs() < MIN_TIME_MS) break;
    try {
      if (await refreshInstallation(deps, id, remainingMs)) refreshed += 1;
      else failed += 1;
    } catch (error) {
      const { code } = toServiceError(error);
      failed += 1;
      failures[code] = (failures[code] ?? 0) + 1;
    }
  }
  return { refreshed, failed, failures };
}

function resultOf<Value>(result: PromiseSettledResult<Value>): Value {
  if (result.status === "rejected") throw result.reason;
  return result.value;
}
