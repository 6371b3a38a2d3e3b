import { randomInt } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import * as v from "valibot";
import { PLATFORM_CALL_MS } from "../deadlines.ts";
import { type ErrorCode, isServiceError, ServiceError, toServiceError } from "../errors.ts";
import { InactiveReason, type Platform } from "../installation.ts";
import { announceEnd, type InstallationEvents } from "../ports/installation-events.ts";
import type { OAuthProvider, TokenSet } from "../ports/provider.ts";
import type { RefreshLease, RefreshLeases } from "../ports/refresh-leases.ts";
import type { StoredToken, TokenStore } from "../ports/token-store.ts";
import { isFresh, isRefreshed, usable } from "./freshness.ts";
import { requireActive } from "./require-active.ts";

/** A lease is only taken with time for the platform call, the write of 4 s, and some to spare. */
export const MIN_TIME_FOR_REFRESH_MS = 12_000;
/** A waiting caller gives up while there is still time to answer. */
const MIN_TIME_FOR_ANSWER_MS = 1_500;
const COOL_DOWN_SECONDS = 30;
const FIRST_WAIT_MS = 40;
const MAX_WAIT_MS = 400;

/** The codes of renewals that failed for now; they are remembered while others are kept from trying. */
const TemporaryCode = v.picklist([
  "provider_error",
  "provider_misconfigured",
  "provider_rate_limited",
  "provider_unavailable",
  "platform_not_configured",
  "server_error",
]);

/** How one call for new tokens went, until they were stored. */
export interface RefreshAttempt {
  readonly platform: Platform;
  readonly outcome: "ok" | ErrorCode;
  readonly milliseconds: number;
}

export interface RefreshDeps {
  readonly tokens: TokenStore;
  readonly leases: RefreshLeases;
  readonly events: InstallationEvents;
  /** Is told of every attempt; of those too that cost the caller nothing, since the present token was good. */
  readonly onAttempt: (attempt: RefreshAttempt) => void;
}

export interface RefreshRequest {
  readonly provider: OAuthProvider;
  readonly minTtlSeconds: number;
  /** Milliseconds that this invocation has left. */
  readonly remainingMs: () => number;
}

/**
 * Renews the token of an active installation, at the platform at most once however many ask for it.
 *
 * Answers a token that was renewed just now, by anybody, or the present one where that is good enough.
 *
 * @throws {ServiceError} `retry_later`, `reauthorization_required`, `installation_inactive`,
 * `installation_not_found`, `provider_rate_limited`, `provider_unavailable`, `provider_error`,
 * `provider_misconfigured`, `platform_not_configured`, `decryption_failed`
 */
export type Refresh = (token: StoredToken, request: RefreshRequest) => Promise<StoredToken>;

/** Makes a refresh that is shared by callers of one process, under a lease that is shared by all. */
export function createRefresh(deps: RefreshDeps): Refresh {
  const pending = new Map<string, Promise<StoredToken>>();

  return (token, request) => {
    // What is good enough for one caller may be too short for another.
    const key = `${token.installationId} ${token.tokenVersion} ${request.minTtlSeconds}`;
    const running = pending.get(key);
    if (running) return running;

    const renewal = refreshOrWait(deps, token, request).finally(() => pending.delete(key));
    pending.set(key, renewal);
    return renewal;
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

    // Where a refresh ends the token before it, that one may be dead before the new one is stored.
    const isEnding = hasTime && request.provider.refreshEndsAccessToken;
    const present = isEnding ? undefined : usable(current, request);
    if (present) return present;
    if (request.remainingMs() < MIN_TIME_FOR_ANSWER_MS) throw busy();
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
  let renewed: Renewal;
  try {
    renewed = await callPlatform(lease, leases, request);
  } catch (error) {
    const failure = toServiceError(error);
    report(failure.code);
    const present = await settleFailure(failure, lease, deps, token, request);
    return present ?? findNewer(deps, token, request);
  }
  // Nothing may come before the write: until then the new tokens exist in this process alone.
  const keepPrevious = request.provider.reuseLeewaySeconds > 0;
  const isWritten = await leases
    .write(renewed.lease, renewed.tokens, { keepPrevious })
    .catch((error: unknown) => {
      report(toServiceError(error).code);
      throw error;
    });
  report("ok");
  return isWritten ? withTokens(token, renewed.tokens) : findNewer(deps, token, request);
}

/** Somebody installed again or took over meanwhile: what is stored now is newer than what we know. */
async function findNewer(
  { tokens }: RefreshDeps,
  token: StoredToken,
  request: RefreshRequest,
): Promise<StoredToken> {
  const current = requireActive(await tokens.findToken({ id: token.installationId }));
  if (isRefreshed(current, token)) return current;
  // Where a refresh ends the token before it, ours has ended that one.
  if (request.provider.refreshEndsAccessToken) throw busy();
  return usable(current, request) ?? fail(busy());
}

/** What the platform gave, and under which lease it is to be stored. */
interface Renewal {
  readonly lease: RefreshLease;
  readonly tokens: TokenSet;
}

/** One call, and where a platform forgives reuse, one more with the refresh token from before. */
async function callPlatform(
  lease: RefreshLease,
  leases: RefreshLeases,
  { provider, remainingMs }: RefreshRequest,
): Promise<Renewal> {
  try {
    return { lease, tokens: await provider.refresh(grantOf(lease)) };
  } catch (error) {
    const { previousRefreshToken, rotatedSecondsAgo } = lease;
    const isForgiven =
      previousRefreshToken !== null &&
      (rotatedSecondsAgo ?? Infinity) < provider.reuseLeewaySeconds;
    if (!isServiceError(error, "reauthorization_required") || !isForgiven) throw error;
    if (remainingMs() < MIN_TIME_FOR_REFRESH_MS || !(await leases.renew(lease))) throw busy();

    const earlier = { ...lease, refreshToken: previousRefreshToken };
    return { lease: earlier, tokens: await provider.refresh(grantOf(earlier)) };
  }
}

/**
 * Writes down what a failure means for the installation, and falls back on the present token; `undefined`
 * when the failure is about tokens that have been replaced meanwhile.
 */
async function settleFailure(
  failure: ServiceError,
  lease: RefreshLease,
  { leases, events }: RefreshDeps,
  token: StoredToken,
  request: RefreshRequest,
): Promise<StoredToken | undefined> {
  const present = usable(token, request);
  if (failure.code === "retry_later") return present ?? fail(failure);

  const ended = endOf(failure);
  if (ended) {
    const word = failure.reason ?? failure.code;
    if (!(await leases.end(lease, ended, word))) return undefined;
    announceEnd(events, token, ended, word);
    throw failure;
  }
  const seconds = Math.max(COOL_DOWN_SECONDS, failure.retryAfterSeconds ?? 0);
  // When this cannot be written either, the lease ends by itself.
  await leases.coolDown(lease, failure.code, seconds).catch(() => {});
  return present ?? fail(failure);
}

/** Why the platform says that the installation is over; anything else is a fault that may pass. */
function endOf({ code, reason }: ServiceError): InactiveReason | undefined {
  if (code === "reauthorization_required") return code;
  if (code !== "installation_inactive") return undefined;
  return v.parse(InactiveReason, reason);
}

function withTokens(token: StoredToken, { accessToken, expiresAt, scopes }: TokenSet): StoredToken {
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

function grantOf({ organizationId, providerInstallationId, refreshToken }: RefreshLease) {
  const signal = AbortSignal.timeout(PLATFORM_CALL_MS);
  return { organizationId, providerInstallationId, refreshToken, accessToken: null, signal };
}

function failAgain({ lastRefreshError }: StoredToken): never {
  const known = v.safeParse(TemporaryCode, lastRefreshError);
  const code: ErrorCode = known.success ? known.output : "provider_unavailable";
  throw new ServiceError(code, "The token could not be renewed a moment ago. Try again.", {
    reason: "cool-down",
  });
}

function busy(): ServiceError {
  return new ServiceError("retry_later", "The token is being renewed. Try again.", {
    reason: "lease",
  });
}

function fail(error: ServiceError): never {
  throw error;
}
