import { createHmac } from "node:crypto";

/** Slack gives an app three seconds to answer. */
const TIMEOUT_MILLISECONDS = 3000;

/** Where events go, and what signs them. */
export interface EventTarget {
  readonly url: string;
  readonly signingSecret: string;
}

/** A request to make, signed when it is made. */
interface EventRequest {
  readonly body: string;
  /** 0 for the first try. */
  readonly retry: number;
  /** What went wrong before, if this is a retry. */
  readonly retryReason: RetryReason;
  /** How old the signature says that it is. */
  readonly secondsAgo: number;
  readonly signal: AbortSignal;
}

/** @see [Retries](https://docs.slack.dev/apis/events-api/#retries) */
export type RetryReason = "http_timeout" | "connection_failed" | "http_error";

/** What the app answered; without a status it did not. */
export interface EventAnswer {
  readonly status: number | null;
  /** What makes it a failure; null for a success. */
  readonly failure: RetryReason | null;
  /** Whether the app has asked for no retry. */
  readonly isRetryRefused: boolean;
  readonly contentType: string | null;
  readonly body: string;
}

/** Sends an event once; a redirect is not followed, and a failure. */
export async function postEvent(target: EventTarget, request: EventRequest): Promise<EventAnswer> {
  const timeout = AbortSignal.timeout(TIMEOUT_MILLISECONDS);
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
 * The signature of a request, over its raw body. Time that was let pass makes tokens older, not
 * signatures: their time is the real one.
 *
 * @see [Verifying requests](https://docs.slack.dev/authentication/verifying-requests-from-slack)
 */
export function sign(signingSecret: string, timestamp: string, body: string): string {
  const mac = createHmac("sha256", signingSecret).update(`v0:${timestamp}:${body}`);
  return `v0=${mac.digest("hex")}`;
}

function headersOf(
  { signingSecret }: EventTarget,
  { body, retry, retryReason, secondsAgo }: EventRequest,
): Record<string, string> {
  const timestamp = String(Math.floor(Date.now() / 1000) - secondsAgo);
  return {
    "content-type": "application/json",
    "user-agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
    "x-slack-request-timestamp": timestamp,
    "x-slack-signature": sign(signingSecret, timestamp, body),
    ...(retry > 0 && {
      "x-slack-retry-num": String(retry),
      "x-slack-retry-reason": retryReason,
    }),
  };
}
