import { createHash, randomUUID } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import { controlConflict } from "../../control-error.ts";
import type { JiraRegistration } from "../registration.ts";
import { postWebhook, type WebhookAttempt } from "./webhook-request.ts";

/** Limits the memory of a server that runs for days. */
const MAX_DELIVERIES = 1000;

/** An event, and the result of its delivery. */
export interface JiraDelivery {
  /** The value of `X-Atlassian-Webhook-Identifier`, which a retry repeats. */
  readonly id: string;
  readonly event: string;
  /** The name of the site. */
  readonly site: string;
  readonly state: "held" | "under_way" | "delivered" | "failed";
  readonly attempts: readonly WebhookAttempt[];
  readonly url: string;
  readonly body: string;
}

interface OpenDelivery extends Omit<JiraDelivery, "state" | "attempts"> {
  state: JiraDelivery["state"];
  attempts: WebhookAttempt[];
}

/** An event to send. */
type JiraEvent = Pick<JiraDelivery, "event" | "site" | "url" | "body">;

/** How an event is sent by hand: an old JWT, another secret, or the identifier of an earlier one. */
export interface SendOptions {
  readonly id?: string | undefined;
  readonly secondsAgo?: number | undefined;
  readonly clientSecret?: string | undefined;
}

/** How events are sent. */
export interface OutboxSettings {
  /** Whether events are held back, to be delivered by hand in any order. */
  readonly holdWebhooks: boolean;
  /** The delay before each retry of an event. */
  readonly webhookRetryDelaysSeconds: readonly number[];
}

/** The events of one app, oldest first. */
export interface JiraOutbox {
  /** Sends an event in the background, with retries, or holds it back. */
  emit(event: JiraEvent): void;
  list(): JiraDelivery[];
  /** Sends an event now, once: a held one for the first time, any other as a retry. */
  deliver(id: string): Promise<JiraDelivery>;
  /** Sends an event once. */
  send(event: JiraEvent, options: SendOptions): Promise<JiraDelivery>;
  /** Resolves when no delivery is pending, including retries. */
  settled(): Promise<void>;
  /** Deletes all events and aborts their deliveries. */
  clear(): void;
}

/** Creates an empty outbox. */
export function createJiraOutbox(
  registration: JiraRegistration,
  settings: () => OutboxSettings,
): JiraOutbox {
  const underWay = new Set<Promise<void>>();
  let deliveries: OpenDelivery[] = [];
  let stop = new AbortController();

  function add({ id, ...event }: JiraEvent & { id: string }): OpenDelivery {
    const delivery: OpenDelivery = { ...event, id, state: "held", attempts: [] };
    deliveries = [...deliveries, delivery].slice(-MAX_DELIVERIES);
    return delivery;
  }

  async function attempt(delivery: OpenDelivery, options: SendOptions = {}): Promise<boolean> {
    const { id: identifier, url, body, attempts } = delivery;
    const [clientSecret = ""] = [registration.clientSecret].flat();
    const { signal } = stop;
    const retry = attempts.length;
    const signing = {
      clientSecret: options.clientSecret ?? clientSecret,
      secondsAgo: options.secondsAgo ?? 0,
    };
    const made = await postWebhook({ ...signing, identifier, url, body, retry, signal });
    attempts.push(made);
    delivery.state = made.result === "delivered" ? "delivered" : "failed";
    return made.result === "retried";
  }

  async function deliverWithRetries(delivery: OpenDelivery): Promise<void> {
    const { signal } = stop;
    delivery.state = "under_way";
    for (const seconds of [0, ...settings().webhookRetryDelaysSeconds]) {
      // Only the signal can end the wait early, and it is checked next.
      await setTimeout(seconds * 1000, undefined, { signal, ref: false }).catch(() => undefined);
      // It may have been delivered by hand in the meantime.
      if (signal.aborted || isDelivered(delivery)) return;
      if (!(await attempt(delivery))) return;
    }
  }

  return {
    emit(event) {
      const delivery = add({ ...event, id: newIdentifier() });
      if (settings().holdWebhooks) return;
      const work = deliverWithRetries(delivery);
      underWay.add(work);
      work.finally(() => underWay.delete(work));
    },

    list: () => deliveries.map(toDelivery),

    async deliver(id) {
      const delivery = deliveries.find((known) => known.id === id);
      if (!delivery) throw controlConflict(`There is no event ${id}.`);
      await attempt(delivery);
      return toDelivery(delivery);
    },

    async send(event, { id = newIdentifier(), ...options }) {
      const delivery = add({ ...event, id });
      await attempt(delivery, options);
      return toDelivery(delivery);
    },

    async settled() {
      while (underWay.size > 0) await Promise.all(underWay);
    },

    clear() {
      stop.abort();
      stop = new AbortController();
      deliveries = [];
    },
  };
}

/** Returns an identifier as Jira sends it: 64 hexadecimal digits. */
function newIdentifier(): string {
  return createHash("sha256").update(randomUUID()).digest("hex");
}

function isDelivered({ state }: OpenDelivery): boolean {
  return state === "delivered";
}

function toDelivery({ attempts, ...delivery }: OpenDelivery): JiraDelivery {
  return { ...delivery, attempts: [...attempts] };
}
