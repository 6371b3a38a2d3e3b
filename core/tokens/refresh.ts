import { MIN_REFRESH_CALL_MS } from "../deadlines.ts";
import { type ErrorCode, toServiceError } from "../errors.ts";
import type { Platform } from "../installation.ts";
import type { InstallationEvents } from "../ports/installation-events.ts";
import { ageTokens, type OAuthProvider, type TokenSet } from "../ports/provider.ts";
import type { RefreshLease, RefreshLeases, StoredExpiry } from "../ports/refresh-leases.ts";
import type { StoredToken, TokenStore } from "../ports/token-store.ts";
import { callPlatform, toCallMs, toLeaseSeconds } from "./attempt.ts";
import { busy, coolingDown } from "./failures.ts";
import { aged, isFresh, isRefreshed, isUsable } from "./freshness.ts";
import { returnUntilExpired } from "./last-token.ts";
import { requireActive } from "./require-active.ts";
import { settleFailure } from "./settle.ts";
import { systemTiming, type Timing } from "./timing.ts";

/** A waiting caller gives up with this much time left for its response. */
const MIN_TIME_FOR_RESPONSE_MS = 1_500;
const FIRST_WAIT_MS = 40;
const MAX_WAIT_MS = 400;

/** The outcome of one refresh: the calls to the platform and the write of the new tokens. */
export interface RefreshAttempt {
  readonly platform: Platform;
  readonly outcome: "ok" | ErrorCode;
  readonly milliseconds: number;
  readonly installationId: string;
  readonly organizationId: string;
  /** The cause of a failure, for the log. */
  readonly reason: string | undefined;
}

export interface RefreshDeps {
  readonly tokens: TokenStore;
  readonly leases: RefreshLeases;
  readonly events: InstallationEvents;
  /** Called after every attempt, also if it failed and the caller got the current token. */
  readonly onAttempt: (attempt: RefreshAttempt) => void;
  /** Only a simulation brings its own. */
  readonly timing?: Timing;
}

export interface RefreshRequest {
  readonly provider: OAuthProvider;
  readonly minTtlSeconds: number;
  /** Returns the milliseconds that this invocation has left. */
  readonly remainingMs: () => number;
  /** Whether somebody looks the token up, which is stored with it. */
  readonly isLookup?: boolean;
}

/**
 * Refreshes the token of an active installation. Concurrent callers cause one refresh at the platform.
 *
 * Returns the new token, whoever refreshed it, or the current one if it has enough life left. A token that
 * the platform may have ended is never returned.
 *
 * @throws {ServiceError} `retry_later`, `reauthorization_required`, `installation_inactive`,
 * `installation_not_found`, `provider_rate_limited`, `provider_unavailable`, `provider_error`,
 * `provider_misconfigured`, `platform_not_configured`, `decryption_failed`
 */
export type Refresh = (token: StoredToken, request: RefreshRequest) => Promise<StoredToken>;

/** Creates a refresh: callers of one process share a promise, and processes share a lease. */
export function createRefresh(deps: RefreshDeps): Refresh {
  const context = { timing: systemTiming, ...deps };
  const pending = new Map<string, Promise<StoredToken>>();

  return (token, request) => {
    // A token that has enough life left for one caller may have too little for another.
    const key = `${token.installationId} ${token.tokenVersion} ${request.minTtlSeconds}`;
    const running = pending.get(key);
    if (running) return running;

    const refreshing = refreshOrWait(context, token, request).finally(() => pending.delete(key));
    pending.set(key, refreshing);
    return refreshing;
  };
}

type Context = Required<RefreshDeps>;

async function refreshOrWait(
  deps: Context,
  token: StoredToken,
  request: RefreshRequest,
): Promise<StoredToken> {
  const { leases, timing } = deps;
  const { provider, remainingMs } = request;
  let current = token;
  for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(waitMs * 1.6, MAX_WAIT_MS)) {
    if (!provider.canRefresh(current)) return returnUntilExpired(deps, current);
    if (current.coolDownSeconds !== null) {
      if (isUsable(current, request)) return current;
      throw coolingDown(current, request);
    }

    const callMs = toCallMs(remainingMs());
    const hasTime = callMs >= MIN_REFRESH_CALL_MS;
    const seconds = toLeaseSeconds(callMs);
    const takenAt = timing.now();
    const lease = hasTime ? await leases.take(current, { seconds }) : undefined;
    // The call ends before the lease does, also if this process stood still meanwhile.
    if (lease) {
      return refreshUnder(lease, callMs - (timing.now() - takenAt), deps, current, request);
    }

    if (isUsable(current, request)) {
      if (!hasTime || !Number.isFinite(provider.survivesRefreshes)) return current;
      // It was read before the attempt of another caller was counted, which may end it.
      current = await readAgain(deps, token);
      if (isValid(current, token, request)) return current;
    }
    if (remainingMs() < MIN_TIME_FOR_RESPONSE_MS) throw busy();
    await timing.sleep(waitMs * (0.5 + timing.random()));

    current = await readAgain(deps, token);
    if (isRefreshed(current, token, request) || isFresh(current, request)) return current;
  }
}

async function refreshUnder(
  lease: RefreshLease,
  callMs: number,
  deps: Context,
  token: StoredToken,
  request: RefreshRequest,
): Promise<StoredToken> {
  const { leases, timing } = deps;
  const startedAt = timing.now();
  const { platform, installationId, organizationId } = lease;
  const report = (outcome: RefreshAttempt["outcome"], reason?: string) =>
    deps.onAttempt({
      platform,
      installationId,
      organizationId,
      outcome,
      reason,
      milliseconds: timing.now() - startedAt,
    });

  const context = { ...request, ...deps };
  const result = await callPlatform(lease, callMs, context, token);
  if (!result) {
    report("retry_later");
    return findNewer(deps, token, request);
  }
  if ("failure" in result) {
    report(result.failure.code, result.failure.reason);
    const old = aged(token, timing.now() - startedAt);
    return (await settleFailure(result, context, old)) ?? findNewer(deps, token, request);
  }
  // Write first: until then, the new tokens exist only in this process.
  const keepPrevious = request.provider.reuseLeewaySeconds > 0;
  const tokens = ageTokens(result.tokens, (timing.now() - result.sentAt) / 1000);
  const written = await leases
    .write(result.lease, tokens, { keepPrevious, isLookup: request.isLookup === true })
    .catch((error: unknown) => {
      const failure = toServiceError(error);
      report(failure.code, failure.reason);
      throw error;
    });
  report("ok");
  if (!written) return findNewer(deps, token, request);
  if (written.event) deps.events.publish(written.event);
  const merged = mergeTokens(token, tokens, written);
  return request.isLookup ? { ...merged, isLookupRecent: true } : merged;
}

/** Reads the token again after the fence rejected a write: it was replaced, or the lease was lost. */
async function findNewer(
  deps: Context,
  token: StoredToken,
  request: RefreshRequest,
): Promise<StoredToken> {
  const current = await readAgain(deps, token);
  if (isValid(current, token, request)) return current;
  if (!request.provider.canRefresh(current)) return returnUntilExpired(deps, current);
  throw busy();
}

async function readAgain({ tokens }: Context, { installationId }: StoredToken) {
  return requireActive(await tokens.findToken({ id: installationId }));
}

/** Returns whether a token that was just read can be returned. */
function isValid(token: StoredToken, old: StoredToken, request: RefreshRequest): boolean {
  return isRefreshed(token, old, request) || isUsable(token, request);
}

function mergeTokens(
  token: StoredToken,
  { accessToken, expiresInSeconds, scopes, permissions }: TokenSet,
  { expiresAt }: StoredExpiry,
): StoredToken {
  return {
    ...token,
    accessToken,
    expiresAt,
    lifeLeftSeconds: expiresInSeconds,
    lifetimeSeconds: expiresInSeconds,
    scopes: scopes.length > 0 ? scopes : token.scopes,
    permissions: permissions ?? token.permissions,
    refreshAttempts: 0,
    refreshFailures: 0,
    aliveSecondsAgo: null,
    tokenVersion: token.tokenVersion + 1,
  };
}
