import {
  LEASE_RESERVE_MS,
  MIN_REFRESH_CALL_MS,
  PLATFORM_CALL_MS,
  REFRESH_CALL_MS,
  REFRESH_RESERVE_MS,
  STATEMENT_MS,
  TOKEN_CHECK_MS,
} from "../deadlines.ts";
import { ServiceError, toServiceError, withoutEffect } from "../errors.ts";
import type { OAuthProvider, TokenSet } from "../ports/provider.ts";
import type { RefreshLease, RefreshLeases } from "../ports/refresh-leases.ts";
import type { StoredToken } from "../ports/token-store.ts";
import { checkToken, type TokenState } from "./check-token.ts";
import { mayRepeatAtOnce, noTime } from "./failures.ts";
import { isExpired } from "./freshness.ts";
import type { Timing } from "./timing.ts";

/** A call is not sent with less time left for it, after the statement that took or extended its lease. */
const MIN_CALL_LEFT_MS = MIN_REFRESH_CALL_MS - STATEMENT_MS;

/** The dependencies of calls to a platform. */
export interface AttemptDeps {
  readonly provider: OAuthProvider;
  readonly leases: RefreshLeases;
  readonly timing: Timing;
  /** Returns the milliseconds that this invocation has left. */
  readonly remainingMs: () => number;
}

/** New tokens, and the lease under which they are written. */
export interface Refreshed {
  readonly lease: RefreshLease;
  readonly tokens: TokenSet;
  /** When the call was sent, by `Timing`: the tokens were issued after that. */
  readonly sentAt: number;
}

/** A refresh that brought no tokens. */
export interface Failed {
  readonly lease: RefreshLease;
  readonly failure: ServiceError;
  /** Whether an attempt before the last one has an unknown outcome. */
  readonly hadOpenOutcome: boolean;
  /** The state of the stored access token; `undefined` if the platform was not asked. */
  readonly state: TokenState | undefined;
}

/** Returns the milliseconds that a refresh may take; below `MIN_REFRESH_CALL_MS`, it is not started. */
export function toCallMs(remainingMs: number): number {
  return Math.min(REFRESH_CALL_MS, remainingMs - REFRESH_RESERVE_MS);
}

/** Returns the seconds of a lease for a call: it lasts until the tokens are written. */
export function toLeaseSeconds(callMs: number): number {
  return (callMs + LEASE_RESERVE_MS) / 1000;
}

/**
 * Refreshes at the platform, and once more after an unknown outcome, as the provider declares.
 *
 * Returns `undefined` if the lease was lost.
 */
export async function callPlatform(
  lease: RefreshLease,
  callMs: number,
  deps: AttemptDeps,
  token: StoredToken,
): Promise<Refreshed | Failed | undefined> {
  const hadOpenOutcome = lease.attempts > 1;
  if (callMs < MIN_CALL_LEFT_MS) {
    return { lease, failure: noTime(), hadOpenOutcome, state: undefined };
  }
  if (hadOpenOutcome && deps.provider.retryRefresh === "after a check" && !isExpired(token)) {
    return checkAndSend(lease, callMs, deps);
  }
  const first = await send({ lease, hadOpenOutcome, state: undefined }, callMs, deps);
  if ("tokens" in first) return first;
  if (mayRepeatAtOnce(first.failure)) return sendAgain(first, deps, token);
  return sendPrevious(first, deps);
}

/**
 * Refreshes after an attempt with an unknown outcome, if that one ended the stored access token. A living one
 * shows that the attempt had no effect.
 */
async function checkAndSend(
  lease: RefreshLease,
  callMs: number,
  deps: AttemptDeps,
): Promise<Refreshed | Failed> {
  const { provider, timing } = deps;
  const startedAt = timing.now();
  const checkMs = Math.min(PLATFORM_CALL_MS, callMs);
  const state = await checkToken(provider, lease, timing.abortAfter(checkMs));
  const attempt = { lease, hadOpenOutcome: true, state };
  if (state.is === "alive") return { ...attempt, failure: hadNoEffect() };
  if (state.is === "unknown") return { ...attempt, failure: withoutEffect(state.failure) };

  const leftMs = callMs - (timing.now() - startedAt);
  if (leftMs < MIN_REFRESH_CALL_MS) return { ...attempt, failure: noTime() };
  return send(attempt, leftMs, deps);
}

/** Sends the same refresh token again, where a check allows it. */
async function sendAgain(
  first: Failed,
  deps: AttemptDeps,
  token: StoredToken,
): Promise<Refreshed | Failed | undefined> {
  const { provider, timing } = deps;
  const isChecked = provider.retryRefresh === "after a check" && !isExpired(token);
  const state = isChecked
    ? await checkToken(provider, first.lease, timing.abortAfter(TOKEN_CHECK_MS))
    : undefined;
  if (state && state.is !== "dead") return { ...first, state };

  const extension = await extend(first.lease, deps);
  if (extension === "no time") return { ...first, state };
  if (extension === "lost") return undefined;
  const { lease, callMs } = extension;
  const second = await send({ lease, hadOpenOutcome: true, state }, callMs, deps);
  return "tokens" in second ? second : sendPrevious(second, deps);
}

/**
 * Sends the refresh token before the one that the platform rejected, within its reuse leeway: the response
 * that replaced it may have been lost.
 */
async function sendPrevious(
  rejected: Failed,
  deps: AttemptDeps,
): Promise<Refreshed | Failed | undefined> {
  const { previousRefreshToken, rotatedSecondsAgo } = rejected.lease;
  const isWithinReuseLeeway =
    (rotatedSecondsAgo ?? Number.POSITIVE_INFINITY) < deps.provider.reuseLeewaySeconds;
  if (rejected.failure.code !== "reauthorization_required") return rejected;
  if (previousRefreshToken === null || !isWithinReuseLeeway) return rejected;

  const extension = await extend(rejected.lease, deps);
  if (extension === "no time") return { ...rejected, failure: noTime() };
  if (extension === "lost") return undefined;
  const { lease, callMs } = extension;
  const previous = { ...lease, refreshToken: previousRefreshToken };
  const result = await send({ ...rejected, lease: previous }, callMs, deps);
  return "tokens" in result ? result : { ...result, lease };
}

async function send(
  attempt: Omit<Failed, "failure">,
  callMs: number,
  { provider, timing }: AttemptDeps,
): Promise<Refreshed | Failed> {
  const sentAt = timing.now();
  const { organizationId, providerInstallationId, refreshToken } = attempt.lease;
  const signal = timing.abortAfter(callMs);
  const grant = { organizationId, providerInstallationId, refreshToken, accessToken: null, signal };
  try {
    return { lease: attempt.lease, tokens: await provider.refresh(grant), sentAt };
  } catch (error) {
    return { ...attempt, failure: toServiceError(error) };
  }
}

/** Extends the lease for a second call, unless there is too little time for one. */
async function extend(
  lease: RefreshLease,
  { leases, timing, remainingMs }: AttemptDeps,
): Promise<{ lease: RefreshLease; callMs: number } | "no time" | "lost"> {
  const callMs = toCallMs(remainingMs());
  if (callMs < MIN_REFRESH_CALL_MS) return "no time";
  const seconds = toLeaseSeconds(callMs);
  const extendedAt = timing.now();
  // Without a response of the store, nobody knows whose lease it is.
  const extended = await leases.extend(lease, { seconds }).catch(() => undefined);
  if (!extended) return "lost";
  const leftMs = callMs - (timing.now() - extendedAt);
  return leftMs < MIN_CALL_LEFT_MS ? "no time" : { lease: extended, callMs: leftMs };
}

function hadNoEffect(): ServiceError {
  const message = "The last refresh of the token had no effect.";
  return new ServiceError("retry_later", message, { reason: "no effect", outcome: "none" });
}
