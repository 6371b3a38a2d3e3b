import { type ErrorCode, toServiceError } from "../errors.ts";
import type { Expiry } from "../ports/expiry.ts";
import { type RefreshInstallationDeps, refreshInstallation } from "./refresh-installation.ts";

/** Refresh tokens that are not used expire after 90 days at the earliest, at any platform. */
const IDLE = { idleDays: 30, endsInDays: 30, count: 500 };
/** The sweep refreshes another installation only with this much time left. */
const MIN_TIME_MS = 15_000;

export interface SweepDeps extends RefreshInstallationDeps {
  readonly expiry: Expiry;
}

export interface SweepResult {
  /** How many expired rows were deleted. */
  readonly removed: number;
  readonly refreshed: number;
  /** How many installations were not refreshed, with or without an error. */
  readonly failed: number;
  /** How many refreshes failed with each error code. */
  readonly failures: Readonly<Partial<Record<ErrorCode, number>>>;
}

/**
 * Deletes expired rows and refreshes tokens whose refresh token would expire unused.
 *
 * @throws {ServiceError} `retry_later`
 */
export async function sweep(
  deps: SweepDeps,
  { remainingMs }: { remainingMs: () => number },
): Promise<SweepResult> {
  const removed = await deps.expiry.removeExpired();
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
  return { removed, refreshed, failed, failures };
}
