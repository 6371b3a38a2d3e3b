import { TOKEN_CHECK_MS } from "../deadlines.ts";
import { withoutEffect } from "../errors.ts";
import type { InactiveReason } from "../installation.ts";
import { type InstallationEvents, publishChange } from "../ports/installation-events.ts";
import type { FailedAttempt } from "../ports/refresh-leases.ts";
import type { StoredToken } from "../ports/token-store.ts";
import type { AttemptDeps, Failed } from "./attempt.ts";
import { checkToken, type TokenState } from "./check-token.ts";
import { doubtful, toCoolDownSeconds, toEndReason, withRetryAfter } from "./failures.ts";
import { hasUsableLife, isExpired } from "./freshness.ts";

export interface SettleDeps extends AttemptDeps {
  readonly events: InstallationEvents;
  readonly minTtlSeconds: number;
}

/**
 * Stores what a failed refresh tells about the installation, and returns the stored token if it is usable.
 *
 * Returns `undefined` if the fence rejected that: the tokens were replaced, or the lease was lost.
 *
 * @throws {ServiceError} the failure, or `retry_later` for a token that the platform may have ended
 */
export function settleFailure(
  failed: Failed,
  deps: SettleDeps,
  token: StoredToken,
): Promise<StoredToken | undefined> {
  const endReason = toEndReason(failed.failure);
  if (!endReason) return coolDown(failed, deps, token);
  // With an open outcome, a rejected refresh token was used by our own request, and its successor is lost.
  const isLost = endReason === "reauthorization_required" && failed.hadOpenOutcome;
  return isLost ? settleLost(failed, deps, token) : end(failed, deps, endReason);
}

/** Lets a grant whose refresh token is lost end with its last access token, if the platform accepts that. */
async function settleLost(
  failed: Failed,
  deps: SettleDeps,
  token: StoredToken,
): Promise<StoredToken | undefined> {
  const { lease, failure } = failed;
  const state = isExpired(token) ? DEAD : (failed.state ?? (await check(failed, deps)));
  if (state.is === "unknown") {
    return coolDown({ ...failed, failure: withoutEffect(state.failure), state }, deps, token);
  }
  if (state.is === "dead" || token.expiresAt === null) {
    return end(failed, deps, "reauthorization_required");
  }
  const change = await deps.leases.endLater(lease, failure.reason ?? failure.code);
  if (!publishChange(deps.events, change)) return undefined;
  return { ...token, hasRefreshToken: false, refreshAttempts: 0, grantEndsAt: token.expiresAt };
}

async function end(
  { lease, failure }: Failed,
  { leases, events }: SettleDeps,
  reason: InactiveReason,
): Promise<undefined> {
  const change = await leases.end(lease, reason, failure.reason ?? failure.code);
  if (publishChange(events, change)) throw failure;
}

async function coolDown(
  failed: Failed,
  deps: SettleDeps,
  token: StoredToken,
): Promise<StoredToken | undefined> {
  const { lease, failure } = failed;
  const { provider, leases } = deps;
  const seconds = toCoolDownSeconds(failure, lease.failures);
  const isWanted = hasUsableLife(token, deps);
  const openAttempts = lease.attempts - (failure.outcome === "none" ? 1 : 0);
  const isDoubtful = openAttempts > provider.survivesRefreshes;
  const state = failed.state ?? (isWanted && isDoubtful ? await check(failed, deps) : undefined);
  const isAlive = state?.is === "alive";

  const attempt = {
    error: failure.code,
    seconds,
    outcome: toOutcome(failed, deps, isAlive),
    isAlive,
  };
  // If this write fails, the lease expires; another caller may already have it.
  const isSettled = await leases
    .coolDown(lease, attempt)
    .catch(() => !Number.isFinite(provider.survivesRefreshes));
  if (!isSettled) return undefined;
  if (isWanted && (isAlive || !isDoubtful)) return token;
  throw isWanted ? doubtful(seconds) : withRetryAfter(failure, seconds);
}

/** Returns what is known about all open attempts after the last one failed. */
function toOutcome(
  { lease, failure, hadOpenOutcome }: Failed,
  { provider }: SettleDeps,
  isAlive: boolean,
): FailedAttempt["outcome"] {
  // Without a refresh token, nothing can be used up.
  if (lease.refreshToken === null) return "undone";
  // A refresh would have ended the access token.
  if (isAlive && provider.survivesRefreshes === 0) return "undone";
  return failure.outcome === "none" && !hadOpenOutcome ? "undone" : failure.outcome;
}

const DEAD: TokenState = { is: "dead" };

function check({ lease }: Failed, { provider, timing }: SettleDeps): Promise<TokenState> {
  return checkToken(provider, lease, timing.abortAfter(TOKEN_CHECK_MS));
}
