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
  readonly method?: "GET" | "POST" | "DELETE";
  readonly headers?: Record<string, string>;
  readonly body?: URLSearchParams | string;
  /** Aborts the request before its own timeout of six seconds. */
  readonly signal: AbortSignal;
}

export interface PlatformResponse {
  readonly status: number;
  readonly headers: Headers;
  /** The parsed JSON of the body, not validated; `undefined` when the body is empty. */
  readonly body: unknown;
}

/**
 * Sends one request to a platform. It does not retry or follow redirects, reads at most 256 KB, and accepts
 * only JSON.
 *
 * Returns every response with a status below 300 or from 400 to 499, except 429. The caller has to check
 * the body: some platforms return errors with status 200.
 *
 * @throws {ServiceError} `provider_unavailable`, `provider_rate_limited`, `provider_error`
 */
export async function requestPlatform(request: PlatformRequest): Promise<PlatformResponse> {
  const { platform, url, method = "GET", headers = {}, body = null, signal } = request;
  try {
    const response = await fetch(url, {
      method,
      headers: { accept: "application/json", "user-agent": USER_AGENT, ...headers },
      body,
      // Following a 307 would send the client secret to the address in the response.
      redirect: "manual",
      signal: AbortSignal.any([signal, AbortSignal.timeout(PLATFORM_CALL_MS)]),
    });
    const { status } = response;
    if (status >= 500 || status === 429 || (status >= 300 && status < 400)) {
      await response.body?.cancel();
      throw failureOf(platform, response);
    }
    const text = await readText(response, platform);
    return { status, headers: response.headers, body: parseJson(text, platform, status) };
  } catch (error) {
    if (error instanceof ServiceError) throw error;
    const reason = describeForeignError(error);
    const message = `${PLATFORMS[platform].displayName} did not respond.`;
    throw new ServiceError("provider_unavailable", message, { reason });
  }
}

function failureOf(platform: Platform, { status, headers }: Response): ServiceError {
  const { displayName } = PLATFORMS[platform];
  const reason = `status ${status}`;
  if (status === 429) return rateLimited(platform, reason, readRetryAfter(headers));
  if (status < 400) {
    return new ServiceError("provider_error", `${displayName} returned a redirect.`, { reason });
  }
  return new ServiceError("provider_unavailable", `${displayName} returned a server error.`, {
    reason,
    retryAfterSeconds: readRetryAfter(headers),
  });
}

/** Returns the error for a platform that limits the rate of our requests. */
export function rateLimited(
  platform: Platform,
  reason: string,
  retryAfterSeconds: number | undefined,
): ServiceError {
  const message = `${PLATFORMS[platform].displayName} is rate limiting us. Retry later.`;
  return new ServiceError("provider_rate_limited", message, { reason, retryAfterSeconds });
}

/** Returns the seconds of a `Retry-After` header, at most an hour. Dates are ignored. */
export function readRetryAfter(headers: Headers): number | undefined {
  const text = headers.get("retry-after") ?? "";
  return /^\d{1,9}$/.test(text) ? Math.min(Number(text), MAX_RETRY_AFTER_SECONDS) : undefined;
}

async function readText(response: Response, platform: Platform): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    // Leaving the loop cancels the body: the rest is not received.
    if (bytes > MAX_BODY_BYTES) throw unexpectedResponse(platform, "too_large");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function parseJson(text: string, platform: Platform, status: number): unknown {
  if (text === "") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw unexpectedResponse(platform, `status ${status}, not JSON`);
  }
}

/** Returns the error for a response that is not what the platform documents. */
export function unexpectedResponse(platform: Platform, reason: string): ServiceError {
  const message = `Unexpected response from ${PLATFORMS[platform].displayName}.`;
  return new ServiceError("provider_error", message, { reason });
}

/** Returns the error for an error code in a platform's response. */
export function platformError(platform: Platform, code: ErrorCode, error: string): ServiceError {
  const message = `${PLATFORMS[platform].displayName} returned an error.`;
  return new ServiceError(code, message, { reason: toReason(error) });
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
