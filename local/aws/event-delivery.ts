import { setTimeout as sleep } from "node:timers/promises";
import { type BusEvent, type DeliveredEvent, toDeliveredEvent } from "./bus-event.ts";

/** A receiver of events. */
export interface EventTarget {
  /** Who it is, for messages: `the function reconcile`. */
  readonly name: string;
  accepts(event: BusEvent): boolean;
  /** @throws {Error} with the reason when the event was not processed */
  deliver(event: DeliveredEvent): Promise<void>;
}

/** An event that a target failed to process, also when it was delivered again. */
export interface DeadLetter {
  readonly target: string;
  readonly event: BusEvent;
  readonly reason: string;
  /** The last error. */
  readonly cause: unknown;
  readonly attempts: number;
  readonly failedAt: Date;
}

export interface EventDeliveryOptions {
  readonly targets: readonly EventTarget[];
  /** How long to wait before each retry. */
  readonly retryDelaysMs?: readonly number[];
  readonly onDeadLetter?: (letter: DeadLetter) => void;
}

/** The deliveries of a bus to its targets. */
export interface EventDelivery {
  readonly deadLetters: readonly DeadLetter[];
  /** Starts to deliver an event to the targets that accept it, without waiting for them. */
  start(event: BusEvent, replayName?: string): void;
  /** Resolves when no delivery is running or waits to be tried again. */
  settled(): Promise<void>;
  /** Cancels the retries. */
  close(): void;
}

/** Lambda retries twice, after one minute and two; a developer waits for seconds. */
const RETRY_DELAYS_MS = [1_000, 2_000];

/**
 * Creates the delivery of events as EventBridge and Lambda do it: at least once, with retries when a target fails,
 * and with a dead letter after the last one.
 *
 * @see [Asynchronous invocation](https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html)
 */
export function createEventDelivery({
  targets,
  retryDelaysMs = RETRY_DELAYS_MS,
  onDeadLetter = () => {},
}: EventDeliveryOptions): EventDelivery {
  const running = new Set<Promise<void>>();
  const deadLetters: DeadLetter[] = [];
  const closing = new AbortController();

  async function deliver(target: EventTarget, event: BusEvent, replayName?: string): Promise<void> {
    const delivered = toDeliveredEvent(event, replayName);
    const delays = [0, ...retryDelaysMs];
    let cause: unknown;
    for (const delay of delays) {
      if (delay > 0) await sleep(delay, undefined, { signal: closing.signal, ref: false });
      try {
        return await target.deliver(delivered);
      } catch (error) {
        cause = error;
      }
    }
    const letter = {
      target: target.name,
      event,
      reason: cause instanceof Error ? cause.message : String(cause),
      cause,
      attempts: delays.length,
      failedAt: new Date(),
    };
    deadLetters.push(letter);
    onDeadLetter(letter);
  }

  return {
    deadLetters,
    start(event, replayName) {
      for (const target of targets.filter((target) => target.accepts(event))) {
        const delivery = deliver(target, event, replayName)
          .catch(() => {})
          .finally(() => running.delete(delivery));
        running.add(delivery);
      }
    },
    async settled() {
      // A function may publish an event that another target accepts.
      while (running.size > 0) await Promise.all(running);
    },
    close: () => closing.abort(),
  };
}
