import { randomUUID } from "node:crypto";
import type { GithubAppRegistration } from "../registration.ts";
import { createWebhookSender } from "./sender.ts";

/** Limits the memory of a server that runs for days. */
const MAX_DELIVERIES = 1_000;

/** A webhook, and the result of its delivery. */
export interface WebhookDelivery {
  readonly id: number;
  /** The `X-GitHub-Delivery`, which a redelivery keeps. */
  readonly guid: string;
  readonly event: string;
  readonly redelivery: boolean;
  readonly outcome: "held" | "under_way" | "answered" | "unreachable";
  /** The status of the response. */
  readonly status: number | null;
  /** The body, as it is signed. */
  readonly body: string;
}

/** An event before it has an id. */
interface Event {
  readonly event: string;
  readonly payload: unknown;
  /** Signs this webhook instead of the App's own secret. */
  readonly secret?: string | undefined;
}

/** The webhooks of a GitHub App, sent one after another unless they are held back. */
export interface Webhooks {
  /** Queues an event; `undefined` if the App has no webhook URL. */
  send(event: Event): WebhookDelivery | undefined;
  /** Returns the newest deliveries, oldest first, after pending ones have finished. */
  list(): Promise<WebhookDelivery[]>;
  /** Resolves when no delivery is pending; one that is held back is not. */
  settled(): Promise<void>;
  /** Sends a delivery again, with the same GUID and bytes. */
  redeliver(id: number): WebhookDelivery | undefined;
  /** Holds webhooks back from now on. */
  hold(): void;
  /** Sends these webhooks in this order; without ids sends all and stops holding back. */
  release(ids?: readonly number[]): Promise<void>;
  clear(): void;
  /** Aborts pending deliveries. */
  close(): Promise<void>;
}

interface Entry extends WebhookDelivery {
  outcome: WebhookDelivery["outcome"];
  status: number | null;
  readonly secret: string | undefined;
}

/** Creates the webhooks of an App; an OAuth App has none, so nothing is sent. */
export function createWebhooks(app: GithubAppRegistration | undefined): Webhooks {
  const sender = createWebhookSender(app);
  const deliveries = createDeliveryList();
  let isHolding = false;

  function queue(entry: Entry): WebhookDelivery {
    entry.outcome = "under_way";
    sender.queue(entry, (status) => {
      entry.status = status;
      entry.outcome = status === null ? "unreachable" : "answered";
    });
    return toDelivery(entry);
  }

  return {
    send({ event, payload, secret = app?.webhookSecret }) {
      if (app?.webhookUrl === undefined) return undefined;
      const body = JSON.stringify(payload);
      const entry = deliveries.add({ guid: randomUUID(), event, redelivery: false, body, secret });
      return isHolding ? toDelivery(entry) : queue(entry);
    },

    async list() {
      await sender.settled();
      return deliveries.all().map(toDelivery);
    },

    settled: () => sender.settled(),

    redeliver(id) {
      const earlier = deliveries.find(id);
      return earlier && queue(deliveries.add({ ...earlier, redelivery: true }));
    },

    hold() {
      isHolding = true;
    },

    release(ids) {
      if (ids === undefined) isHolding = false;
      for (const id of ids ?? deliveries.all().map((entry) => entry.id)) {
        const entry = deliveries.find(id);
        if (entry?.outcome === "held") queue(entry);
      }
      return sender.settled();
    },

    clear() {
      deliveries.clear();
      isHolding = false;
    },

    close: () => sender.close(),
  };
}

/** Creates the list of the newest deliveries, which numbers them. */
function createDeliveryList() {
  const entries: Entry[] = [];
  let lastId = 0;

  return {
    add(event: Omit<Entry, "id" | "outcome" | "status">): Entry {
      lastId += 1;
      const entry: Entry = { ...event, id: lastId, outcome: "held", status: null };
      entries.push(entry);
      if (entries.length > MAX_DELIVERIES) entries.shift();
      return entry;
    },
    all: () => [...entries],
    find: (id: number) => entries.find((entry) => entry.id === id),
    clear() {
      entries.length = 0;
    },
  };
}

function toDelivery({
  id,
  guid,
  event,
  redelivery,
  outcome,
  status,
  body,
}: Entry): WebhookDelivery {
  return { id, guid, event, redelivery, outcome, status, body };
}
