import { randomInt } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import * as v from "valibot";

const Milliseconds = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(600_000));

/** How a platform sends requests to the app. All can be changed while it runs. */
export const DeliveryRules = v.strictObject({
  /** How many requests are under way at once. */
  senders: v.exactOptional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1_000))),
  /** Whether the next request is the oldest or any. */
  order: v.exactOptional(v.picklist(["sent", "random"])),
  /** How often each request is sent, whatever the response is. */
  copies: v.exactOptional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(20))),
  /** The longest delay before a request. Each has another one, so that they overtake each other. */
  delay_milliseconds: v.exactOptional(Milliseconds),
  /** How long the platform waits for a response: with less than an app takes, it is a slow receiver. */
  timeout_milliseconds: v.exactOptional(v.pipe(Milliseconds, v.minValue(1))),
});
export type DeliveryRules = Required<v.InferOutput<typeof DeliveryRules>>;

/** The requests of a platform to the app that wait, and those that are under way. */
export interface DeliveryQueue {
  rules(): DeliveryRules;
  /** Changes the given rules. */
  configure(rules: Partial<DeliveryRules>): void;
  /** Sends a request when it is its turn. `send` must not reject. */
  run(send: () => Promise<void>): Promise<void>;
  /** Resolves when no request waits or is under way. */
  settled(): Promise<void>;
  /** Drops the requests that wait, and restores the initial rules. */
  clear(): void;
}

/** A request that waits for its turn. `onEnd` is called when it was sent or dropped. */
interface Waiting {
  send(): Promise<void>;
  onEnd(): void;
}

/** Creates an empty queue. */
export function createDeliveryQueue(initial: DeliveryRules): DeliveryQueue {
  let rules = initial;
  let waiting: Waiting[] = [];
  let stop = new AbortController();
  const underWay = new Set<Promise<void>>();

  async function send({ send, onEnd }: Waiting): Promise<void> {
    const { signal } = stop;
    const delay = randomInt(rules.delay_milliseconds + 1);
    // Only the signal can end the delay early, and it is checked next.
    if (delay > 0) await setTimeout(delay, undefined, { signal }).catch(() => undefined);
    if (!signal.aborted) await send();
    onEnd();
  }

  function sendNext(): void {
    while (underWay.size < rules.senders && waiting.length > 0) {
      const index = rules.order === "random" ? randomInt(waiting.length) : 0;
      for (const next of waiting.splice(index, 1)) {
        const work = send(next).finally(() => {
          underWay.delete(work);
          sendNext();
        });
        underWay.add(work);
      }
    }
  }

  return {
    rules: () => rules,

    configure(changes) {
      rules = { ...rules, ...changes };
      sendNext();
    },

    run(send) {
      return new Promise((onEnd) => {
        waiting.push({ send, onEnd });
        sendNext();
      });
    },

    async settled() {
      while (underWay.size > 0) await Promise.all(underWay);
    },

    clear() {
      stop.abort();
      stop = new AbortController();
      for (const { onEnd } of waiting) onEnd();
      waiting = [];
      rules = initial;
    },
  };
}
