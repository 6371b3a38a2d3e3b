import { SignJWT } from "jose";

/** Jira waits 20 seconds for a response. */
const TIMEOUT_MS = 20_000;

/** The lifetime of the JWT. Atlassian documents no claims; apps observe `iat` and `exp`. */
const JWT_SECONDS = 180;

/** The statuses after which Jira tries again, with all of 5xx. */
const RETRIED = [408, 409, 425, 429];

/** One attempt to deliver an event. */
export interface WebhookAttempt {
  /** `null` if there was no response. */
  readonly status: number | null;
  readonly result: "delivered" | "retried" | "refused";
}

/** A request, which is signed when it is sent. */
interface WebhookRequest {
  readonly url: string;
  readonly clientSecret: string;
  readonly identifier: string;
  readonly body: string;
  /** 0 for the first attempt. */
  readonly retry: number;
  /** The age of the JWT. */
  readonly secondsAgo: number;
  readonly signal: AbortSignal;
}

/**
 * Sends an event once. A redirect is not followed.
 *
 * @see [Retry policy](https://developer.atlassian.com/cloud/jira/platform/webhooks/#retry-policy)
 */
export async function postWebhook(request: WebhookRequest): Promise<WebhookAttempt> {
  const signal = AbortSignal.any([request.signal, AbortSignal.timeout(TIMEOUT_MS)]);
  const headers = await headersOf(request);
  try {
    const { url, body } = request;
    const response = await fetch(url, {
      method: "POST",
      headers,
      body,
      redirect: "manual",
      signal,
    });
    await response.body?.cancel();
    const { status, ok } = response;
    if (ok) return { status, result: "delivered" };
    return { status, result: status >= 500 || RETRIED.includes(status) ? "retried" : "refused" };
  } catch {
    return { status: null, result: "retried" };
  }
}

/**
 * Returns the token that authenticates a webhook of an OAuth app, signed with the client secret. It does not
 * cover the body, and its times are real: advancing the emulators' clock makes tokens older, not signatures.
 *
 * @see [Webhooks: authentication for OAuth 2.0 apps](https://developer.atlassian.com/cloud/jira/platform/webhooks/)
 */
function signWebhook(clientSecret: string, secondsAgo = 0): Promise<string> {
  const issuedAt = Math.floor(Date.now() / 1000) - secondsAgo;
  return new SignJWT()
    .setProtectedHeader({ alg: "HS256", typ: "JWT" })
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + JWT_SECONDS)
    .sign(new TextEncoder().encode(clientSecret));
}

async function headersOf({ clientSecret, identifier, retry, secondsAgo }: WebhookRequest) {
  return {
    authorization: `Bearer ${await signWebhook(clientSecret, secondsAgo)}`,
    "content-type": "application/json; charset=UTF-8",
    "user-agent": "Atlassian Webhook HTTP Client",
    "x-atlassian-webhook-flow": "Primary",
    "x-atlassian-webhook-identifier": identifier,
    ...(retry > 0 && { "x-atlassian-webhook-retry": String(retry) }),
  };
}
