import type { HookConfig } from "./hook-config.ts";
import { type Attempt, bodyOf } from "./sender.ts";

/** Limit the memory of a server that runs for days. */
const MAX_DELIVERIES = 40_000;
const MAX_CHARACTERS = 200_000_000;

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

/** A delivery with all that GitHub stores of it. */
export interface StoredDelivery {
  readonly id: number;
  readonly guid: string;
  readonly event: string;
  readonly redelivery: boolean;
  /** The payload, as JSON. */
  readonly payload: string;
  readonly contentType: HookConfig["contentType"];
  /** Signs this webhook. */
  readonly secret: string | undefined;
  /** The App that it belongs to. */
  readonly appId: number;
  state: "held" | "under_way" | "done";
  /** The URL and the time of the request, by the emulators' clock. */
  request: { readonly url: string; readonly at: number } | null;
  attempt: Attempt | null;
}

/** The newest deliveries, oldest first. */
export interface DeliveryList {
  add(delivery: Omit<StoredDelivery, "id" | "state" | "request" | "attempt">): StoredDelivery;
  all(): StoredDelivery[];
  find(id: number): StoredDelivery | undefined;
  clear(): void;
}

/** Creates the list of the newest deliveries, which numbers them. */
export function createDeliveryList(): DeliveryList {
  const entries = new Map<number, StoredDelivery>();
  let lastId = 0;
  let characters = 0;

  function deleteOldest(): void {
    for (const [id, entry] of entries) {
      if (entries.size <= MAX_DELIVERIES && characters <= MAX_CHARACTERS) return;
      entries.delete(id);
      characters -= lengthOf(entry);
    }
  }

  return {
    add(delivery) {
      lastId += 1;
      const { guid, event, redelivery, payload, contentType, secret, appId } = delivery;
      const fields = { guid, event, redelivery, payload, contentType, secret, appId };
      const entry: StoredDelivery = {
        id: lastId,
        ...fields,
        state: "held",
        request: null,
        attempt: null,
      };
      entries.set(lastId, entry);
      characters += lengthOf(entry);
      deleteOldest();
      return entry;
    },
    all: () => [...entries.values()],
    find: (id) => entries.get(id),
    clear() {
      entries.clear();
      characters = 0;
    },
  };
}

/** Returns the length of a payload. A redelivery shares that of the first delivery. */
function lengthOf({ redelivery, payload }: StoredDelivery): number {
  return redelivery ? 0 : payload.length;
}

/** Returns a delivery as the control API shows it. */
export function toDelivery(stored: StoredDelivery): WebhookDelivery {
  const { id, guid, event, redelivery, state, attempt } = stored;
  const status = attempt?.status ?? null;
  const outcome = state === "done" ? (status === null ? "unreachable" : "answered") : state;
  return { id, guid, event, redelivery, outcome, status, body: bodyOf(stored) };
}
