import { setTimeout } from "node:timers/promises";
import {
  type EventAnswer,
  type EventTarget,
  postEvent,
  type RetryReason,
} from "./event-request.ts";

/** An event, and what became of its delivery. */
export interface SlackDelivery {
  /** The `event_id`, which a retry repeats. */
  readonly id: string;
  readonly type: string;
  /** The id of the workspace or organization that it is about. */
  readonly organization: string;
  readonly state: "held" | "under_way" | "delivered" | "failed";
  /** The first try, then the retries. */
  readonly attempts: readonly Pick<EventAnswer, "status" | "failure">[];
  readonly body: string;
}

/** A delivery that goes on. */
export interface OpenDelivery extends Omit<SlackDelivery, "state" | "attempts"> {
  state: SlackDelivery["state"];
  attempts: Pick<EventAnswer, "status" | "failure">[];
}

/** Tries until the app takes the event, asks for no retry, or has had all of them. */
export async function deliverWithRetries(
  target: EventTarget,
  delivery: OpenDelivery,
  { delaysSeconds, signal }: { delaysSeconds: readonly number[]; signal: AbortSignal },
): Promise<void> {
  for (const delaySeconds of [0, ...delaysSeconds]) {
    delivery.state = "under_way";
    // The wait ends early only if all deliveries do, and the signal says so then.
    await setTimeout(delaySeconds * 1000, undefined, { signal, ref: false }).catch(() => undefined);
    if (signal.aborted) break;
    // Somebody may have delivered it by hand meanwhile.
    if (isDelivered(delivery)) return;
    const { failure, isRetryRefused } = await deliverOnce(target, delivery, { signal });
    if (failure === null || isRetryRefused) return;
  }
  delivery.state = "failed";
}

/** Tries once, as a retry if there was a try before. */
export async function deliverOnce(
  target: EventTarget,
  delivery: OpenDelivery,
  { secondsAgo = 0, signal }: { secondsAgo?: number | undefined; signal: AbortSignal },
): Promise<EventAnswer> {
  const { body, attempts } = delivery;
  const retry = attempts.length;
  const answer = await postEvent(target, {
    body,
    retry,
    retryReason: reasonToRetry(delivery),
    secondsAgo,
    signal,
  });
  attempts.push({ status: answer.status, failure: answer.failure });
  delivery.state = answer.failure === null ? "delivered" : "failed";
  return answer;
}

function isDelivered({ state }: OpenDelivery): boolean {
  return state === "delivered";
}

/** Slack repeats what the app has taken if it did not hear so in time. */
function reasonToRetry({ attempts }: OpenDelivery): RetryReason {
  return attempts.at(-1)?.failure ?? "http_timeout";
}
