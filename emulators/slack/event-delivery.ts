import { setTimeout } from "node:timers/promises";
import type { DeliveryQueue } from "../delivery-queue.ts";
import {
  type EventResponse,
  type EventTarget,
  postEvent,
  type RetryReason,
} from "./event-request.ts";

/** An event, and the result of its delivery. */
export interface SlackEventDelivery {
  /** The `event_id`, which a retry repeats. */
  readonly id: string;
  readonly type: string;
  /** The id of the workspace or organization that the event is about. */
  readonly organization: string;
  readonly state: "held" | "under_way" | "delivered" | "failed";
  /** The first attempt, then the retries. */
  readonly attempts: readonly Pick<EventResponse, "status" | "failure">[];
  readonly body: string;
}

/** A delivery whose state changes. */
export interface OpenDelivery extends Omit<SlackEventDelivery, "state" | "attempts"> {
  state: SlackEventDelivery["state"];
  attempts: Pick<EventResponse, "status" | "failure">[];
}

interface RetryOptions {
  readonly queue: DeliveryQueue;
  readonly delaysSeconds: readonly number[];
  readonly signal: AbortSignal;
}

interface AttemptOptions {
  readonly secondsAgo?: number | undefined;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** Sends an event until the app accepts it, refuses retries, or there are no retries left. */
export async function deliverWithRetries(
  target: EventTarget,
  delivery: OpenDelivery,
  { queue, delaysSeconds, signal }: RetryOptions,
): Promise<void> {
  for (const delaySeconds of [0, ...delaysSeconds]) {
    delivery.state = "under_way";
    // Only the signal can end the wait early, and it is checked next.
    await setTimeout(delaySeconds * 1000, undefined, { signal, ref: false }).catch(() => undefined);
    if (signal.aborted) break;
    // It may have been delivered by hand in the meantime.
    if (isDelivered(delivery)) return;
    let isOver = false;
    await queue.run(async () => {
      const timeoutMs = queue.rules().timeout_milliseconds;
      const response = await deliverOnce(target, delivery, { timeoutMs, signal });
      isOver = response.failure === null || response.isRetryRefused;
    });
    if (isOver) return;
  }
  delivery.state = "failed";
}

/** Sends an event once, as a retry if there was an attempt before. */
export async function deliverOnce(
  target: EventTarget,
  delivery: OpenDelivery,
  { secondsAgo = 0, timeoutMs, signal }: AttemptOptions,
): Promise<EventResponse> {
  const { body, attempts } = delivery;
  const retry = attempts.length;
  const response = await postEvent(target, {
    body,
    retry,
    retryReason: reasonToRetry(delivery),
    secondsAgo,
    timeoutMs,
    signal,
  });
  attempts.push({ status: response.status, failure: response.failure });
  delivery.state = response.failure === null ? "delivered" : "failed";
  return response;
}

function isDelivered({ state }: OpenDelivery): boolean {
  return state === "delivered";
}

/** A delivery without a failure is repeated as if the response had come too late. */
function reasonToRetry({ attempts }: OpenDelivery): RetryReason {
  return attempts.at(-1)?.failure ?? "http_timeout";
}
