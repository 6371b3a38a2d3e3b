import { PLATFORM_CALL_MS } from "../deadlines.ts";
import { describeForeignError, type ErrorCode, ServiceError } from "../errors.ts";
import type { Platform } from "../installation.ts";
import { PLATFORMS } from "../platforms.ts";

const MAX_BODY_BYTES = 256 * 1024;
const MAX_RETRY_AFTER_SECONDS = 3600;
const USER_AGENT = "grantkeep";

export interface PlatformRequest {
  readonly platform: Platform;
  readonly url: URL;
  readonly method?: "GET" | "POST" | "PUT" | "DELETE";
  readonly headers?: Record<string, string>;
  readonly body?: URLSearchParams | string;
  /** Aborts the request before its own time limit. */
  readonly signal: AbortSignal;
  /** Default: six seconds. */
  readonly limitMs?: number;
  /** The length at which a response is refused. Default: 256 KB. */
  readonly maxBodyBytes?: number;
}

export interface PlatformResponse {
  readonly status: number;
  readonly headers: Headers;
  /** The parsed JSON of the body, not validated; `undefined` when the body is empty. */
  readonly body: unknown;
}

/**
 * The errors of a request that was not sent: no address, no connection, or no certificate to trust.
 *
 * @see [Errors of undici](https://undici.nodejs.org/#/docs/api/Errors)
 */
const NOT_SENT = new Set([
  "ECONNREFUSED",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "EAI_AGAIN",
  "UND_ERR_CONNECT_TIMEOUT",
  "CERT_HAS_EXPIRED",
  "CERT_NOT_YET_VALID",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "ERR_TLS_CERT_ALTNAME_INVALID",
  "ERR_SSL_WRONG_VERSION_NUMBER",
]);

/**
 * Sends one request to a platform. It does not retry or follow redirects, and accepts only JSON. Its errors
 * tell whether the request may have had an effect.
 *
 * Returns every response with a status below 300 or from 400 to 499, except 429. The caller has to check
 * the body: some platforms return errors with status 200.
 *
 * @throws {ServiceError} `provider_unavailable`, `provider_rate_limited`, `provider_error`
 */
export async function requestPlatform(request: PlatformRequest): Promise<PlatformResponse> {
  const { platform, url, method = "GET", headers = {}, body = null, signal } = request;
  const { limitMs = PLATFORM_CALL_MS, maxBodyBytes = MAX_BODY_BYTES } = request;
  const isSent = !signal.aborted;
  try {
    const response = await fetch(url, {
      method,
      headers: { accept: "application/json", "user-agent": USER_AGENT, ...headers },
      body,
      // Following a 307 would send the client secret to the address in the response.
      redirect: "manual",
      signal: AbortSignal.any([signal, AbortSignal.timeout(limitMs)]),
    });
    const { status } = response;
    if (status >= 500 || status === 429 || (status >= 300 && status < 400)) {
      await response.body?.cancel();
      throw failureOf(platform, response);
    }
    const text = await readText(response, platform, maxBodyBytes);
    return { status, headers: response.headers, body: parseJson(text, platform, status) };
  } catch (error) {
    if (error instanceof ServiceError) throw error;
    // Undici wraps the error of the connection.
    const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
    const reason = describeForeignError(cause);
    const outcome = isSent && !NOT_SENT.has(codeOf(cause)) ? "unknown" : "none";
    const message = `${PLATFORMS[platform].displayName} did not respond.`;
    throw new ServiceError("provider_unavailable", message, { reason, outcome });
  }
}

function failureOf(platform: Platform, { status, headers }: Response): ServiceError {
  const { displayName } = PLATFORMS[platform];
  const reason = `status ${status}`;
  if (status === 429) return rateLimited(platform, reason, readRetryAfter(headers));
  if (status < 400) {
    const message = `${displayName} returned a redirect.`;
    return new ServiceError("provider_error", message, { reason, outcome: "none" });
  }
  return new ServiceError("provider_unavailable", `${displayName} returned a server error.`, {
    reason,
    retryAfterSeconds: readRetryAfter(headers),
    outcome: "unknown",
  });
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

/** Returns the error for a platform that limits the rate of our requests. */
export function rateLimited(
  platform: Platform,
  reason: string,
  retryAfterSeconds: number | undefined,
): ServiceError {
  const message = `${PLATFORMS[platform].displayName} is rate limiting us.`;
  return new ServiceError("provider_rate_limited", message, {
    reason,
    retryAfterSeconds,
    outcome: "none",
  });
}

/**
 * Returns the seconds of a `Retry-After` header, at most an hour; dates are ignored. Without one, the seconds until
 * the reset of a limit that is used up.
 */
export function readRetryAfter(headers: Headers): number | undefined {
  const seconds = readSeconds(headers, "retry-after");
  if (seconds !== undefined) return Math.min(seconds, MAX_RETRY_AFTER_SECONDS);
  const reset = readSeconds(headers, "x-ratelimit-reset");
  if (headers.get("x-ratelimit-remaining") !== "0" || reset === undefined) return undefined;
  const left = Math.ceil(reset - Date.now() / 1000);
  return Math.min(Math.max(left, 1), MAX_RETRY_AFTER_SECONDS);
}

function readSeconds(headers: Headers, name: string): number | undefined {
  const text = headers.get(name) ?? "";
  return /^\d{1,10}$/.test(text) ? Number(text) : undefined;
}

async function readText(response: Response, platform: Platform, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    // Leaving the loop cancels the body: the rest is not received.
    if (bytes > maxBytes) throw unexpectedResponse(platform, "too_large", response.status);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function parseJson(text: string, platform: Platform, status: number): unknown {
  if (text === "") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw unexpectedResponse(platform, `status ${status}, not JSON`, status);
  }
}

/**
 * Returns the error for a response that is not what the platform documents. With a status that reports success,
 * or none, the request may have had an effect.
 */
export function unexpectedResponse(
  platform: Platform,
  reason: string,
  status?: number,
): ServiceError {
  const message = `Unexpected response from ${PLATFORMS[platform].displayName}.`;
  const outcome = status === undefined || status < 300 ? "unknown" : "none";
  return new ServiceError("provider_error", message, { reason, outcome });
}

/** Returns the error for an error code in a platform's response, with which it rejects a request. */
export function platformError(
  platform: Platform,
  code: ErrorCode,
  error: string,
  outcome: "none" | "unknown" = "none",
): ServiceError {
  const message = `${PLATFORMS[platform].displayName} returned an error.`;
  return new ServiceError(code, message, { reason: toReason(error), outcome });
}

/**
 * Returns a platform's error code as a reason for the log, or `unknown error` if it does not look like a
 * code: it could be anything, even a token.
 */
function toReason(error: string): string {
  return /^[a-z_ ]{1,60}$/i.test(error) ? error : "unknown error";
}

/** Returns the URL of a page at a platform. Parameters that are `undefined` are left out. */
export function toAuthorizationUrl(
  endpoint: string,
  parameters: Readonly<Record<string, string | undefined>>,
): URL {
  const url = new URL(endpoint);
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) url.searchParams.set(name, value);
  }
  return url;
}
