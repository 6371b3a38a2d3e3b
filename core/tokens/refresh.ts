import { randomInt } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import * as v from "valibot";
import { PLATFORM_CALL_MS } from "../deadlines.ts";
import { type ErrorCode, isServiceError, ServiceError, toServiceError } from "../errors.ts";
import { InactiveReason, type Platform } from "../installation.ts";
import { type InstallationEvents, publishEnd } from "../ports/installation-events.ts";
import type { OAuthProvider, TokenSet } from "../ports/provider.ts";
import type { RefreshLease, RefreshLeases } from "../ports/refresh-leases.ts";
import type { StoredToken, TokenStore } from "../ports/token-store.ts";
import { isFresh, isRefreshed, usable } from "./freshness.ts";
import { requireActive } from "./require-active.ts";

/** A lease is taken only with time left for the platform call, the write of 4 s and a reserve. */
export const MIN_TIME_FOR_REFRESH_MS = 12_000;
/** A waiting caller gives up with this much time left for its response. */
const MIN_TIME_FOR_RESPONSE_MS = 1_500;
const COOL_DOWN_SECONDS = 30;
const FIRST_WAIT_MS = 40;
const MAX_WAIT_MS = 400;

/** Error codes of refreshes that may succeed later. They are stored for the time of the cool-down. */
const TemporaryCode = v.picklist([
  "provider_error",
  "provider_misconfigured",
  "provider_rate_limited",
  "provider_unavailable",
  "platform_not_configured",
  "server_error",
]);

/** The outcome of one refresh: the call to the platform and the write of the new tokens. */
export interface RefreshAttempt {
  readonly platform: Platform;
  readonly outcome: "ok" | ErrorCode;
  readonly milliseconds: number;
}

export interface RefreshDeps {
  readonly tokens: TokenStore;
  readonly leases: RefreshLeases;
  readonly events: InstallationEvents;
  /** Called after every attempt, also if it failed and the caller got the current token. */
  readonly onAttempt: (attempt: RefreshAttempt) => void;
}

export interface RefreshRequest {
  readonly provider: OAuthProvider;
  readonly minTtlSeconds: number;
  /** Returns the milliseconds that this invocation has left. */
  readonly remainingMs: () => number;
}

/**
 * Refreshes the token of an active installation. Concurrent callers cause one refresh at the platform.
 *
 * Returns the new token, whoever refreshed it, or the current one if it has enough life left.
 *
 * @throws {ServiceError} `retry_later`, `reauthorization_required`, `installation_inactive`,
 * `installation_not_found`, `provider_rate_limited`, `provider_unavailable`, `provider_error`,
 * `provider_misconfigured`, `platform_not_configured`, `decryption_failed`
 */
export type Refresh = (token: StoredToken, request: RefreshRequest) => Promise<StoredToken>;

/** Creates a refresh: callers of one process share a promise, and processes share a lease. */
export function createRefresh(deps: RefreshDeps): Refresh {
  const pending = new Map<string, Promise<StoredToken>>();

  return (token, request) => {
    // A token that has enough life left for one caller may have too little for another.
    const key = `${token.installationId} ${token.tokenVersion} ${request.minTtlSeconds}`;
    const running = pending.get(key);
    if (running) return running;

    const refreshing = refreshOrWait(deps, token, request).finally(() => pending.delete(key));
    pending.set(key, refreshing);
    return refreshing;
  };
}

async function refreshOrWait(
  deps: RefreshDeps,
  token: StoredToken,
  request: RefreshRequest,
): Promise<StoredToken> {
  const { tokens, leases } = deps;
  let current = token;
  for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(waitMs * 1.6, MAX_WAIT_MS)) {
    if (current.isCoolingDown) return usable(current, request) ?? failAgain(current);

    const hasTime = request.remainingMs() >= MIN_TIME_FOR_REFRESH_MS;
    const lease = hasTime ? await leases.take(current) : undefined;
    if (lease) return refreshUnder(lease, deps, current, request);

    // If a refresh invalidates the current token, that happens before the new one is stored.
    const isEnding = hasTime && request.provider.refreshEndsAccessToken;
    const stillUsable = isEnding ? undefined : usable(current, request);
    if (stillUsable) return stillUsable;
    if (request.remainingMs() < MIN_TIME_FOR_RESPONSE_MS) throw busy();
    await sleep(waitMs * (0.5 + randomInt(1000) / 1000));

    current = requireActive(await tokens.findToken({ id: token.installationId }));
    if (isRefreshed(current, token) || isFresh(current, request)) return current;
  }
}

async function refreshUnder(
  lease: RefreshLease,
  deps: RefreshDeps,
  token: StoredToken,
  request: RefreshRequest,
): Promise<StoredToken> {
  const { leases } = deps;
  const startedAt = performance.now();
  const report = (outcome: RefreshAttempt["outcome"]) =>
    deps.onAttempt({
      platform: lease.platform,
      outcome,
      milliseconds: performance.now() - startedAt,
    });
  let refreshed: Refreshed;
  try {
    refreshed = await callPlatform(lease, leases, request);
  } catch (error) {
    const failure = toServiceError(error);
    report(failure.code);
    const stillUsable = await handleFailure(failure, lease, deps, token, request);
    return stillUsable ?? findNewer(deps, token, request);
  }
  // Write first: until then, the new tokens exist only in this process.
  const keepPrevious = request.provider.reuseLeewaySeconds > 0;
  const isWritten = await leases
    .write(refreshed.lease, refreshed.tokens, { keepPrevious })
    .catch((error: unknown) => {
      report(toServiceError(error).code);
      throw error;
    });
  report("ok");
  return isWritten ? mergeTokens(token, refreshed.tokens) : findNewer(deps, token, request);
}

/** Reads the tokens again after the fence rejected a write: they were replaced, or the lease was lost. */
async function findNewer(
  { tokens }: RefreshDeps,
  token: StoredToken,
  request: RefreshRequest,
): Promise<StoredToken> {
  const current = requireActive(await tokens.findToken({ id: token.installationId }));
  if (isRefreshed(current, token)) return current;
  // The refresh whose write was rejected has already invalidated the current token.
  if (request.provider.refreshEndsAccessToken) throw busy();
  return usable(current, request) ?? fail(busy());
}

/** New tokens, and the lease under which they are written. */
interface Refreshed {
  readonly lease: RefreshLease;
  readonly tokens: TokenSet;
}

/**
 * Refreshes with one call. If the platform rejects the refresh token within its reuse leeway, tries the
 * previous one: the response that replaced it may have been lost.
 */
async function callPlatform(
  lease: RefreshLease,
  leases: RefreshLeases,
  { provider, remainingMs }: RefreshRequest,
): Promise<Refreshed> {
  try {
    return { lease, tokens: await provider.refresh(toGrant(lease)) };
  } catch (error) {
    const { previousRefreshToken, rotatedSecondsAgo } = lease;
    const isWithinReuseLeeway =
      previousRefreshToken !== null &&
      (rotatedSecondsAgo ?? Infinity) < provider.reuseLeewaySeconds;
    if (!isServiceError(error, "reauthorization_required") || !isWithinReuseLeeway) throw error;
    if (remainingMs() < MIN_TIME_FOR_REFRESH_MS || !(await leases.extend(lease))) throw busy();

    const earlier = { ...lease, refreshToken: previousRefreshToken };
    return { lease: earlier, tokens: await provider.refresh(toGrant(earlier)) };
  }
}

/**
 * Stores the effect of a failure on the installation, and returns the current token if it is usable.
 *
 * Returns `undefined` if the tokens were replaced meanwhile, so that the failure does not matter.
 */
async function handleFailure(
  failure: ServiceError,
  lease: RefreshLease,
  { leases, events }: RefreshDeps,
  token: StoredToken,
  request: RefreshRequest,
): Promise<StoredToken | undefined> {
  const stillUsable = usable(token, request);
  if (failure.code === "retry_later") return stillUsable ?? fail(failure);

  const endReason = toEndReason(failure);
  if (endReason) {
    const detail = failure.reason ?? failure.code;
    if (!(await leases.end(lease, endReason, detail))) return undefined;
    publishEnd(events, token, endReason, detail);
    throw failure;
  }
  const seconds = Math.max(COOL_DOWN_SECONDS, failure.retryAfterSeconds ?? 0);
  // If this write fails too, the lease expires.
  await leases.coolDown(lease, failure.code, seconds).catch(() => {});
  return stillUsable ?? fail(failure);
}

/** Returns why the platform ended the installation; `undefined` for a failure that may be temporary. */
function toEndReason({ code, reason }: ServiceError): InactiveReason | undefined {
  if (code === "reauthorization_required") return code;
  if (code !== "installation_inactive") return undefined;
  return v.parse(InactiveReason, reason);
}

function mergeTokens(
  token: StoredToken,
  { accessToken, expiresAt, scopes }: TokenSet,
): StoredToken {
  const lifeSeconds = expiresAt && (expiresAt.getTime() - Date.now()) / 1000;
  return {
    ...token,
    accessToken,
    expiresAt,
    lifeLeftSeconds: lifeSeconds,
    lifetimeSeconds: lifeSeconds,
    scopes: scopes.length > 0 ? scopes : token.scopes,
    tokenVersion: token.tokenVersion + 1,
  };
}

function toGrant({ organizationId, providerInstallationId, refreshToken }: RefreshLease) {
  const signal = AbortSignal.timeout(PLATFORM_CALL_MS);
  return { organizationId, providerInstallationId, refreshToken, accessToken: null, signal };
}

function failAgain({ lastRefreshError }: StoredToken): never {
  const known = v.safeParse(TemporaryCode, lastRefreshError);
  const code: ErrorCode = known.success ? known.output : "provider_unavailable";
  throw new ServiceError(code, "A recent refresh of the token failed. Retry later.", {
    reason: "cool-down",
  });
}

function busy(): ServiceError {
  return new ServiceError("retry_later", "The token is being refreshed. Retry later.", {
    reason: "lease",
  });
}

function fail(error: ServiceError): never {
  throw error;
}
