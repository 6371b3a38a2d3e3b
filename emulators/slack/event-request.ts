import { createHmac } from "node:crypto";

/** A URL of the app, and the secret that signs requests to it. */
export interface EventTarget {
  readonly url: string;
  readonly signingSecret: string;
}

/** A request, which is signed when it is sent. */
interface EventRequest {
  readonly body: string;
  /** 0 for the first attempt. */
  readonly retry: number;
  /** The previous failure, sent with a retry. */
  readonly retryReason: RetryReason;
  /** The age of the timestamp that is signed. */
  readonly secondsAgo: number;
  /** How long Slack waits for a response. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** JSON by default; interactions are forms. */
  readonly contentType?: string;
}

/** @see [Retries](https://docs.slack.dev/apis/events-api/#retries) */
export type RetryReason = "http_timeout" | "connection_failed" | "http_error";

/** The response of the app; without a response, `status` is null. */
export interface EventResponse {
  readonly status: number | null;
  /** The kind of failure; null for a success. */
  readonly failure: RetryReason | null;
  /** Whether the app refused retries with `x-slack-no-retry`. */
  readonly isRetryRefused: boolean;
  readonly contentType: string | null;
  readonly body: string;
}

/** Sends an event once. A redirect is not followed and counts as a failure. */
export async function postEvent(
  target: EventTarget,
  request: EventRequest,
): Promise<EventResponse> {
  const timeout = AbortSignal.timeout(request.timeoutMs);
  try {
    const response = await fetch(target.url, {
      method: "POST",
      headers: headersOf(target, request),
      body: request.body,
      redirect: "manual",
      signal: AbortSignal.any([request.signal, timeout]),
    });
    return {
      status: response.status,
      failure: response.ok ? null : "http_error",
      isRetryRefused: response.headers.get("x-slack-no-retry") === "1",
      contentType: response.headers.get("content-type"),
      body: await response.text(),
    };
  } catch {
    const failure = timeout.aborted ? "http_timeout" : "connection_failed";
    return { status: null, failure, isRetryRefused: false, contentType: null, body: "" };
  }
}

/**
 * Returns the signature of a request over its raw body. Its timestamp is the real time: advancing the
 * emulators' clock makes tokens older, not signatures.
 *
 * @see [Verifying requests](https://docs.slack.dev/authentication/verifying-requests-from-slack)
 */
export function sign(signingSecret: string, timestamp: string, body: string): string {
  const mac = createHmac("sha256", signingSecret).update(`v0:${timestamp}:${body}`);
  return `v0=${mac.digest("hex")}`;
}

function headersOf(
  { signingSecret }: EventTarget,
  { body, retry, retryReason, secondsAgo, contentType = "application/json" }: EventRequest,
): Record<string, string> {
  const timestamp = String(Math.floor(Date.now() / 1000) - secondsAgo);
  return {
    "content-type": contentType,
    "user-agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
    "x-slack-request-timestamp": timestamp,
    "x-slack-signature": sign(signingSecret, timestamp, body),
    ...(retry > 0 && {
      "x-slack-retry-num": String(retry),
      "x-slack-retry-reason": retryReason,
    }),
  };
}
