import { createHmac, randomBytes } from "node:crypto";
import type { GithubAppRegistration } from "../registration.ts";

/** GitHub waits ten seconds for a response. */
const TIMEOUT_MS = 10_000;

const USER_AGENT = `GitHub-Hookshot/${randomBytes(4).toString("hex").slice(0, 7)}`;

/** A webhook to send: its body and the values of its headers. */
interface Outgoing {
  readonly guid: string;
  readonly event: string;
  readonly body: string;
  /** Without it the webhook is not signed. */
  readonly secret: string | undefined;
}

/** Sends webhooks one after another. */
export interface WebhookSender {
  /** `onDone` gets the status of the response, or `null` if there was none. */
  queue(webhook: Outgoing, onDone: (status: number | null) => void): void;
  /** Resolves when no delivery is pending. */
  settled(): Promise<void>;
  /** Aborts pending deliveries. */
  close(): Promise<void>;
}

/** Creates the sender of an App's webhooks. Without a URL every delivery fails. */
export function createWebhookSender(app: GithubAppRegistration | undefined): WebhookSender {
  const closing = new AbortController();
  let sending: Promise<void> = Promise.resolve();

  async function deliver(webhook: Outgoing): Promise<number | null> {
    if (app?.webhookUrl === undefined) return null;
    const signal = AbortSignal.any([closing.signal, AbortSignal.timeout(TIMEOUT_MS)]);
    return post(app.webhookUrl, app.appId, webhook, signal);
  }

  return {
    queue(webhook, onDone) {
      sending = sending.then(() => deliver(webhook)).then(onDone);
    },

    settled: () => sending,

    close() {
      closing.abort();
      return sending;
    },
  };
}

/** Redirects are not followed: GitHub counts them as failures. */
async function post(
  url: string,
  appId: number,
  { guid, event, body, secret }: Outgoing,
  signal: AbortSignal,
): Promise<number | null> {
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: {
        accept: "*/*",
        "content-type": "application/json",
        "user-agent": USER_AGENT,
        "x-github-delivery": guid,
        "x-github-event": event,
        "x-github-hook-id": String(appId),
        "x-github-hook-installation-target-id": String(appId),
        "x-github-hook-installation-target-type": "integration",
        ...(secret !== undefined && { "x-hub-signature-256": sign(secret, body) }),
      },
      body,
      redirect: "manual",
      signal,
    });
    await response.body?.cancel();
    return response.status;
  } catch {
    return null;
  }
}

/** @see [Validating webhook deliveries](https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries) */
function sign(secret: string, body: string): string {
  return `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`;
}
