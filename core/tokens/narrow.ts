import { PLATFORM_CALL_MS } from "../deadlines.ts";
import { type ErrorCode, ServiceError, toServiceError } from "../errors.ts";
import { publishChange } from "../ports/installation-events.ts";
import type { Narrowing, OAuthProvider, TokenSet } from "../ports/provider.ts";
import type { StoredToken } from "../ports/token-store.ts";
import {
  changedMeanwhile,
  mayRepeatAtOnce,
  noTime,
  recentlyFailed,
  toCoolDownSeconds,
  toEndReason,
  withRetryAfter,
} from "./failures.ts";
import { createNarrowedTokens, type NarrowedToken } from "./narrowed-tokens.ts";
import type { RefreshDeps } from "./refresh.ts";
import { hasHash } from "./rejections.ts";
import { requireActive } from "./require-active.ts";
import { systemTiming } from "./timing.ts";

/** A mint is started only if it leaves this much time for the store and the response. */
const RESERVE_MS = 4_000;
/** How often a mint is repeated because the installation changed meanwhile. */
const MAX_MINTS = 3;

/** The least time between two reports of narrowed tokens that have an effect. */
const DROP_SECONDS = 30;

/** The failures that all calls for an installation would have: they start its cool-down. */
const SHARED = new Set<ErrorCode>([
  "provider_misconfigured",
  "provider_rate_limited",
  "provider_unavailable",
  "platform_not_configured",
]);

interface NarrowRequest {
  readonly provider: OAuthProvider;
  readonly narrowing: Narrowing;
  /** The SHA-256 of a narrowed token that the platform rejected. */
  readonly rejectedTokenSha256?: string | undefined;
  readonly minTtlSeconds: number;
  /** Returns the milliseconds that this invocation has left. */
  readonly remainingMs: () => number;
}

/**
 * Returns a token with fewer permissions, cached in this process or newly minted.
 *
 * `token` must have been read with a verified registration: the mint depends on it alone.
 *
 * @throws {ServiceError} `invalid_request` if the token cannot be narrowed, or if the installation does not
 * grant the repositories or permissions; `installation_inactive`, `installation_not_found`, `retry_later`; and
 * the errors of `OAuthProvider.refresh`
 */
export type Narrow = (token: StoredToken, request: NarrowRequest) => Promise<StoredToken>;

export type NarrowDeps = Pick<RefreshDeps, "tokens" | "leases" | "events" | "timing">;

/** Creates a token narrower with a per-process cache. Narrowed tokens are never stored. */
export function createTokenNarrower(deps: NarrowDeps): Narrow {
  const context = { timing: systemTiming, ...deps };
  const narrowed = createNarrowedTokens(context.timing);

  return async (token, request) => {
    const { narrow, refreshMarginSeconds } = request.provider;
    if (!narrow) {
      throw new ServiceError("invalid_request", "Only tokens of a GitHub App can be narrowed.");
    }
    const minLifeSeconds = Math.max(request.minTtlSeconds, refreshMarginSeconds);
    const read = { token, at: context.timing.now() };
    const mint = async () => {
      if (token.coolDownSeconds !== null) throw recentlyFailed(token);
      return mintNarrowed(context, read, request, narrow);
    };
    const { narrowing, rejectedTokenSha256: sha256 } = request;
    const wanted = { token: requireActive(token), narrowing, minLifeSeconds };
    const cached = sha256 === undefined ? undefined : await narrowed.find(wanted);
    const isRejected = sha256 !== undefined && hasHash(cached?.accessToken ?? null, sha256);
    // All processes drop their narrowed tokens of the installation, and so does this one.
    const narrowedVersion = isRejected
      ? await context.tokens.rejectNarrowed(token, { intervalSeconds: DROP_SECONDS })
      : undefined;
    const current = narrowedVersion === undefined ? wanted.token : { ...token, narrowedVersion };
    return { ...token, ...(await narrowed.findOrMint({ ...wanted, token: current }, mint)) };
  };
}

type Context = Required<NarrowDeps>;

type NarrowCall = NonNullable<OAuthProvider["narrow"]>;

/** A token that was read, and when that was by `Timing`. */
interface ReadToken {
  readonly token: StoredToken;
  readonly at: number;
}

/** Mints a token, and stores what a failure tells about the installation. */
async function mintNarrowed(
  deps: Context,
  read: ReadToken,
  request: NarrowRequest,
  narrow: NarrowCall,
): Promise<NarrowedToken> {
  let { token: current, at } = read;
  for (let mints = 0; mints < MAX_MINTS; mints += 1) {
    const sentAt = deps.timing.now();
    try {
      const minted = await call(deps, current, request, narrow);
      return toNarrowed(minted, current.readAt.getTime() + sentAt - at);
    } catch (error) {
      const failure = toServiceError(error);
      if (failure.code !== "installation_inactive") throw await coolDown(deps, current, failure);
      if (await end(deps, current, failure)) throw failure;
    }
    const { installationId: id } = current;
    current = requireActive(await deps.tokens.findToken({ id }, { verifyRegistration: true }));
    at = deps.timing.now();
  }
  throw changedMeanwhile();
}

/** Returns a minted token with the date on which it expires, by the store's time of the call. */
function toNarrowed(
  { accessToken, expiresInSeconds, scopes }: TokenSet,
  mintedAt: number,
): NarrowedToken {
  const expiresAt = expiresInSeconds === null ? null : new Date(mintedAt + expiresInSeconds * 1000);
  return { accessToken, expiresAt, scopes };
}

/** Calls the platform, and once more after a failure with an unknown outcome: a mint uses nothing up. */
async function call(
  { timing }: Context,
  { organizationId, providerInstallationId }: StoredToken,
  { narrowing, remainingMs }: NarrowRequest,
  narrow: NarrowCall,
): Promise<TokenSet> {
  const mint = () => {
    const limitMs = Math.min(PLATFORM_CALL_MS, remainingMs() - RESERVE_MS);
    if (limitMs <= 0) throw noTime();
    const signal = timing.abortAfter(limitMs);
    const tokens = { accessToken: null, refreshToken: null };
    return narrow({ organizationId, providerInstallationId, ...tokens, signal }, narrowing);
  };
  try {
    return await mint();
  } catch (error) {
    const hasTime = remainingMs() > RESERVE_MS;
    if (!hasTime || !mayRepeatAtOnce(toServiceError(error))) throw error;
    return mint();
  }
}

/** Starts the cool-down of the installation after a failure that others would have too. */
async function coolDown(
  { leases }: Context,
  token: StoredToken,
  failure: ServiceError,
): Promise<ServiceError> {
  if (!SHARED.has(failure.code)) return failure;
  const seconds = toCoolDownSeconds(failure, token.refreshFailures);
  await leases.coolDownUnleased(token, { error: failure.code, seconds }).catch(() => {});
  return withRetryAfter(failure, seconds);
}

/** Ends the installation; returns `false` if it was changed since it was read. */
async function end(
  { tokens, events }: Context,
  token: StoredToken,
  failure: ServiceError,
): Promise<boolean> {
  const reason = toEndReason(failure);
  if (!reason) return false;
  const detail = failure.reason ?? failure.code;
  return publishChange(events, await tokens.endInstallation(token, reason, detail));
}
