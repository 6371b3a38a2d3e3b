import { randomUUID } from "node:crypto";
import type { GithubAppRegistration } from "./registration.ts";
import { createWebhookSender } from "./webhook-sender.ts";

/** Bounds the memory of a server that is left running for days. */
const MAX_DELIVERIES = 1_000;

/** One webhook on its way, or what became of it. */
export interface Delivery {
  readonly id: number;
  /** The `X-GitHub-Delivery`, which a redelivery keeps. */
  readonly guid: string;
  readonly event: string;
  readonly redelivery: boolean;
  readonly outcome: "held" | "under_way" | "answered" | "unreachable";
  /** What the receiver answered. */
  readonly status: number | null;
  /** The bytes that are signed. */
  readonly body: string;
}

/** An event, before it is given an id. */
interface Event {
  readonly event: string;
  readonly payload: unknown;
  /** Signs this one in place of the App's own. */
  readonly secret?: string | undefined;
}

/** The webhooks of a GitHub App, sent one after another unless they are held. */
export interface Webhooks {
  /** Queues an event; `undefined` if the App has no webhook URL. */
  send(event: Event): Delivery | undefined;
  /** The newest deliveries, oldest first, once those under way are over. */
  list(): Promise<Delivery[]>;
  /** Sends a delivery again, with the same GUID and bytes. */
  redeliver(id: number): Delivery | undefined;
  /** Keeps what is sent from now on back. */
  hold(): void;
  /** Sends what is held in the order of these ids; without ids all of it, and ends the holding. */
  release(ids?: readonly number[]): Promise<void>;
  clear(): void;
  /** Breaks off what is under way. */
  close(): Promise<void>;
}

interface Entry extends Delivery {
  outcome: Delivery["outcome"];
  status: number | null;
  readonly secret: string | undefined;
}

/** The webhooks of an App; those of an OAuth App, which has none, go nowhere. */
export function createWebhooks(app: GithubAppRegistration | undefined): Webhooks {
  const sender = createWebhookSender(app);
  const book = createBook();
  let isHolding = false;

  function queue(entry: Entry): Delivery {
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
      const entry = book.add({ guid: randomUUID(), event, redelivery: false, body, secret });
      return isHolding ? toDelivery(entry) : queue(entry);
    },

    async list() {
      await sender.settled();
      return book.all().map(toDelivery);
    },

    redeliver(id) {
      const earlier = book.find(id);
      return earlier && queue(book.add({ ...earlier, redelivery: true }));
    },

    hold() {
      isHolding = true;
    },

    release(ids) {
      if (ids === undefined) isHolding = false;
      for (const id of ids ?? book.all().map((entry) => entry.id)) {
        const entry = book.find(id);
        if (entry?.outcome === "held") queue(entry);
      }
      return sender.settled();
    },

    clear() {
      book.clear();
      isHolding = false;
    },

    close: () => sender.close(),
  };
}

/** The newest deliveries, numbered. */
function createBook() {
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

function toDelivery({ id, guid, event, redelivery, outcome, status, body }: Entry): Delivery {
  return { id, guid, event, redelivery, outcome, status, body };
}
