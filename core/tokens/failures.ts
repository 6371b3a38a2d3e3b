import * as v from "valibot";
import { type ErrorCode, ServiceError } from "../errors.ts";
import { InactiveReason } from "../installation.ts";
import type { StoredToken } from "../ports/token-store.ts";
import { type Freshness, hasUsableLife } from "./freshness.ts";

const MAX_COOL_DOWN_SECONDS = 30;
/** How soon a caller may retry, if nothing failed. */
const BUSY_SECONDS = 2;

/** Error codes of refreshes that may succeed later. They are stored for the time of the cool-down. */
const TemporaryCode = v.picklist([
  "provider_error",
  "provider_misconfigured",
  "provider_rate_limited",
  "provider_unavailable",
  "platform_not_configured",
  "retry_later",
  "server_error",
]);

/**
 * Returns how long nobody calls the platform after a failure: for its own `Retry-After`, else for 2, 4, 8, 16
 * and then 30 seconds, the more failures there were before.
 */
export function toCoolDownSeconds(
  { retryAfterSeconds }: ServiceError,
  failuresBefore: number,
): number {
  const growing = Math.min(MAX_COOL_DOWN_SECONDS, 2 ** (failuresBefore + 1));
  return Math.max(1, retryAfterSeconds ?? growing);
}

/** Returns whether a failed call may be repeated at once: its outcome is unknown, and nothing says to wait. */
export function mayRepeatAtOnce(failure: ServiceError): boolean {
  const { outcome, retryAfterSeconds } = failure;
  return outcome === "unknown" && retryAfterSeconds === undefined && !toEndReason(failure);
}

/** Returns why the platform ended the installation; `undefined` for a failure that may be temporary. */
export function toEndReason({ code, reason }: ServiceError): InactiveReason | undefined {
  if (code === "reauthorization_required") return code;
  if (code !== "installation_inactive") return undefined;
  return v.parse(InactiveReason, reason);
}

/** Returns the same failure for callers, with the time after which they may try again. */
export function withRetryAfter(failure: ServiceError, retryAfterSeconds: number): ServiceError {
  const { code, reason, outcome } = failure;
  const message = `${failure.message} Retry after ${retryAfterSeconds} s.`;
  return new ServiceError(code, message, { reason, outcome, retryAfterSeconds });
}

/** Returns the error while somebody else refreshes the token. */
export function busy(): ServiceError {
  return retryLater("The token is being refreshed. Retry later.", "lease");
}

/** Returns the error for an installation that was changed while it was being looked up. */
export function changedMeanwhile(): ServiceError {
  return retryLater("The installation was changed meanwhile. Retry later.", "changed");
}

/** Returns the error for an invocation that has too little time left to call the platform. */
export function noTime(): ServiceError {
  return retryLater("There is too little time left to call the platform.", "time");
}

function retryLater(message: string, reason: string): ServiceError {
  const retryAfterSeconds = BUSY_SECONDS;
  return new ServiceError("retry_later", message, { reason, retryAfterSeconds, outcome: "none" });
}

/** Returns the error for a token that has life left, but that the platform may have ended. */
export function doubtful(retryAfterSeconds: number): ServiceError {
  const message = `A refresh of the token has an unknown outcome. Retry after ${retryAfterSeconds} s.`;
  return new ServiceError("retry_later", message, { reason: "unknown outcome", retryAfterSeconds });
}

/** Returns the error for an installation that is left alone for a while, because a call failed recently. */
export function coolingDown(token: StoredToken, freshness: Freshness): ServiceError {
  const seconds = Math.max(1, Math.ceil(token.coolDownSeconds ?? 0));
  if (hasUsableLife(token, freshness)) return doubtful(seconds);
  return recentlyFailed(token);
}

/** Returns the error of the call that started a cool-down. */
export function recentlyFailed({ lastRefreshError, coolDownSeconds }: StoredToken): ServiceError {
  const known = v.safeParse(TemporaryCode, lastRefreshError);
  const code: ErrorCode = known.success ? known.output : "provider_unavailable";
  const retryAfterSeconds = Math.max(1, Math.ceil(coolDownSeconds ?? 0));
  const message = `A recent refresh of the token failed. Retry after ${retryAfterSeconds} s.`;
  return new ServiceError(code, message, { reason: "cool-down", retryAfterSeconds });
}
