import { createHmac, randomBytes } from "node:crypto";
import { idOf } from "../accounts.ts";
import type { HookConfig } from "./hook-config.ts";

const USER_AGENT = `GitHub-Hookshot/${randomBytes(4).toString("hex").slice(0, 7)}`;

/** Limits the memory for responses, which `GET /app/hook/deliveries/{id}` shows. */
const MAX_RESPONSE_CHARACTERS = 10_000;

/** A webhook to send. */
interface Outgoing {
  readonly guid: string;
  readonly event: string;
  /** The payload, as JSON. */
  readonly payload: string;
  readonly contentType: HookConfig["contentType"];
  /** Without it the webhook is not signed. */
  readonly secret: string | undefined;
  readonly appId: number;
}

/** The result of a request, and the request itself. */
export interface Attempt {
  readonly requestHeaders: Readonly<Record<string, string>>;
  /** The status of the response, or `null` without one. */
  readonly status: number | null;
  readonly isTimedOut: boolean;
  readonly seconds: number;
  readonly responseHeaders: Readonly<Record<string, string>>;
  readonly responseBody: string;
}

/** Returns the body of a webhook: its JSON, or a form with it. The signature is that of the body. */
export function bodyOf({ payload, contentType }: Pick<Outgoing, "payload" | "contentType">) {
  return contentType === "json" ? payload : new URLSearchParams({ payload }).toString();
}

/** Sends a webhook once. Redirects are not followed: GitHub counts them as failures. */
export async function post(
  url: string,
  webhook: Outgoing,
  { timeoutMs, closing }: { timeoutMs: number; closing: AbortSignal },
): Promise<Attempt> {
  const startedAt = performance.now();
  const body = bodyOf(webhook);
  const requestHeaders = headersOf(webhook, body);
  const timeout = AbortSignal.timeout(timeoutMs);
  const seconds = () => Math.round(performance.now() - startedAt) / 1000;
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: requestHeaders,
      body,
      redirect: "manual",
      signal: AbortSignal.any([closing, timeout]),
    });
    const responseBody = (await response.text()).slice(0, MAX_RESPONSE_CHARACTERS);
    const responseHeaders = Object.fromEntries(response.headers);
    const result = { status: response.status, isTimedOut: false, seconds: seconds() };
    return { requestHeaders, ...result, responseHeaders, responseBody };
  } catch {
    const result = { status: null, isTimedOut: timeout.aborted, seconds: seconds() };
    return { requestHeaders, ...result, responseHeaders: {}, responseBody: "" };
  }
}

/** @see [Delivery headers](https://docs.github.com/en/webhooks/webhook-events-and-payloads#delivery-headers) */
function headersOf(
  { guid, event, contentType, secret, appId }: Outgoing,
  body: string,
): Record<string, string> {
  return {
    accept: "*/*",
    "content-type":
      contentType === "json" ? "application/json" : "application/x-www-form-urlencoded",
    "user-agent": USER_AGENT,
    "x-github-delivery": guid,
    "x-github-event": event,
    "x-github-hook-id": String(idOf(`hook/${appId}`)),
    "x-github-hook-installation-target-id": String(appId),
    "x-github-hook-installation-target-type": "integration",
    ...(secret !== undefined && {
      "x-hub-signature": sign("sha1", secret, body),
      "x-hub-signature-256": sign("sha256", secret, body),
    }),
  };
}

/** @see [Validating webhook deliveries](https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries) */
function sign(algorithm: "sha1" | "sha256", secret: string, body: string): string {
  return `${algorithm}=${createHmac(algorithm, secret).update(body).digest("hex")}`;
}
