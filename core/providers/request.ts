import { PLATFORM_CALL_MS } from "../deadlines.ts";
import { describeForeignError, ServiceError } from "../errors.ts";
import type { Platform } from "../installation.ts";

const MAX_BODY_BYTES = 256 * 1024;
const MAX_RETRY_AFTER_SECONDS = 3600;
const USER_AGENT = "grantkeep";

export interface PlatformRequest {
  readonly platform: Platform;
  readonly url: URL;
  readonly method?: "GET" | "POST" | "DELETE";
  readonly headers?: Record<string, string>;
  readonly body?: URLSearchParams | string;
  /** Ends the call earlier than its own timeout of six seconds. */
  readonly signal: AbortSignal;
}

export interface PlatformResponse {
  readonly status: number;
  readonly headers: Headers;
  /** The JSON of the body, not checked in any way; `undefined` when the body is empty. */
  readonly body: unknown;
}

/**
 * Sends one request to a platform: no retry, no redirect followed, at most 256 KB read, JSON only.
 *
 * Any status below 500 but 429 is an answer, for the caller to judge: GitHub and Slack fail with 200.
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
      // A followed 307 would post the client secret to wherever it points.
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
    throw new ServiceError("provider_unavailable", `${platform} did not answer.`, { reason });
  }
}

function failureOf(platform: Platform, { status, headers }: Response): ServiceError {
  const options = { reason: `status ${status}`, retryAfterSeconds: readRetryAfter(headers) };
  if (status === 429) {
    const message = `${platform} answers no more requests for now.`;
    return new ServiceError("provider_rate_limited", message, options);
  }
  if (status < 400) {
    return new ServiceError("provider_error", `${platform} tried to redirect a call.`, options);
  }
  return new ServiceError("provider_unavailable", `${platform} is out of order.`, options);
}

/** The seconds of a `Retry-After`, at most an hour; dates are not worth their parsing. */
export function readRetryAfter(headers: Headers): number | undefined {
  const text = headers.get("retry-after") ?? "";
  return /^\d{1,9}$/.test(text) ? Math.min(Number(text), MAX_RETRY_AFTER_SECONDS) : undefined;
}

async function readText(response: Response, platform: Platform): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    // Leaving the loop cancels the body, so that no more of it is received.
    if (bytes > MAX_BODY_BYTES) throw senseless(platform, "too_large");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function parseJson(text: string, platform: Platform, status: number): unknown {
  if (text === "") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw senseless(platform, `status ${status}, not JSON`);
  }
}

/** The error for an answer of a platform that makes no sense. */
export function senseless(platform: Platform, reason: string): ServiceError {
  return new ServiceError("provider_error", `${platform} gave an answer that makes no sense.`, {
    reason,
  });
}
