import { randomUUID } from "node:crypto";
import type { Clock } from "../../clock.ts";
import { createDeliveryQueue, type DeliveryRules } from "../../delivery-queue.ts";
import type { GithubAppRegistration } from "../registration.ts";
import {
  createDeliveryList,
  type DeliveryList,
  type StoredDelivery,
  toDelivery,
  type WebhookDelivery,
} from "./delivery-list.ts";
import { type HookConfig, initialConfig } from "./hook-config.ts";
import { post } from "./sender.ts";

/** @see [Payload cap](https://docs.github.com/en/webhooks/webhook-events-and-payloads#payload-cap) */
const MAX_PAYLOAD_BYTES = 25_000_000;

/** One after another, and ten seconds for a response. GitHub never repeats a webhook by itself. */
const INITIAL_RULES: DeliveryRules = {
  senders: 1,
  order: "sent",
  copies: 1,
  delay_milliseconds: 0,
  timeout_milliseconds: 10_000,
};

/** An event before it has an id. */
interface Event {
  readonly event: string;
  readonly payload: unknown;
  /** Signs this webhook instead of the App's own secret. */
  readonly secret?: string | undefined;
  /** The id of another App, to which the headers say that it belongs. */
  readonly appId?: number | undefined;
}

/** The webhooks of a GitHub App. */
export interface Webhooks {
  /** Queues an event; `undefined` if the App has no webhook URL, or if the payload is too large. */
  send(event: Event): WebhookDelivery | undefined;
  /** Returns the newest deliveries, oldest first, after pending ones have finished. */
  list(): Promise<WebhookDelivery[]>;
  /** Returns a delivery after pending ones have finished. */
  find(id: number): Promise<WebhookDelivery | undefined>;
  /** Returns the newest deliveries as they are now, oldest first. */
  stored(): StoredDelivery[];
  /** Resolves when no delivery is pending; one that is held back is not. */
  settled(): Promise<void>;
  /** Sends a delivery again, with the same GUID and payload. */
  redeliver(id: number): WebhookDelivery | undefined;
  /** Holds webhooks back from now on. */
  hold(): void;
  /** Sends these webhooks in this order; without ids sends all and stops holding back. */
  release(ids?: readonly number[]): Promise<void>;
  /** Changes how webhooks are sent, and returns all rules. */
  configureDelivery(rules: Partial<DeliveryRules>): DeliveryRules;
  config(): HookConfig;
  changeConfig(config: HookConfig): void;
  /** Restores the configuration that the App is registered with. */
  restoreConfig(): void;
  clear(): void;
  /** Aborts pending deliveries. */
  close(): Promise<void>;
}

/** Creates the webhooks of an App; an OAuth App has none, so nothing is sent. */
export function createWebhooks(app: GithubAppRegistration | undefined, clock: Clock): Webhooks {
  const deliveries = createDeliveryList();
  const queue = createDeliveryQueue(INITIAL_RULES);
  const closing = new AbortController();
  let config = initialConfig(app);
  let isHolding = false;

  async function deliver(entry: StoredDelivery): Promise<void> {
    const { url } = config;
    if (url !== undefined) {
      entry.request = { url, at: clock.now() };
      const limits = { timeoutMs: queue.rules().timeout_milliseconds, closing: closing.signal };
      entry.attempt = await post(url, entry, limits);
    }
    entry.state = "done";
  }

  function start(entry: StoredDelivery): WebhookDelivery {
    entry.state = "under_way";
    void queue.run(() => deliver(entry));
    return toDelivery(entry);
  }

  /** Sends an event as often as the rules say. */
  function startAll(entry: StoredDelivery): WebhookDelivery {
    const started = start(entry);
    for (let copy = 1; copy < queue.rules().copies; copy += 1) start(addCopy(deliveries, entry));
    return started;
  }

  return {
    send({ event, payload, secret = config.secret, appId = app?.appId }) {
      if (config.url === undefined || appId === undefined) return undefined;
      const text = JSON.stringify(payload);
      if (Buffer.byteLength(text) > MAX_PAYLOAD_BYTES) return undefined;
      const { contentType } = config;
      const fields = { guid: randomUUID(), event, redelivery: false };
      const entry = deliveries.add({ ...fields, payload: text, contentType, secret, appId });
      return isHolding ? toDelivery(entry) : startAll(entry);
    },

    async list() {
      await queue.settled();
      return deliveries.all().map(toDelivery);
    },

    async find(id) {
      await queue.settled();
      const found = deliveries.find(id);
      return found && toDelivery(found);
    },

    stored: () => deliveries.all(),

    settled: () => queue.settled(),

    redeliver(id) {
      const earlier = deliveries.find(id);
      return earlier && start(addCopy(deliveries, earlier));
    },

    hold() {
      isHolding = true;
    },

    release(ids) {
      if (ids === undefined) isHolding = false;
      for (const id of ids ?? deliveries.all().map((entry) => entry.id)) {
        const entry = deliveries.find(id);
        if (entry?.state === "held") startAll(entry);
      }
      return queue.settled();
    },

    configureDelivery(rules) {
      queue.configure(rules);
      return queue.rules();
    },

    config: () => config,

    changeConfig(changed) {
      config = changed;
    },

    restoreConfig() {
      config = initialConfig(app);
    },

    clear() {
      deliveries.clear();
      queue.clear();
      config = initialConfig(app);
      isHolding = false;
    },

    close() {
      closing.abort();
      queue.clear();
      return queue.settled();
    },
  };
}

/** Adds a redelivery: GitHub shows it beside the first delivery, with the same GUID. */
function addCopy(deliveries: DeliveryList, earlier: StoredDelivery): StoredDelivery {
  return deliveries.add({ ...earlier, redelivery: true });
}
