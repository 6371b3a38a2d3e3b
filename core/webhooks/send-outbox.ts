import type { Outbox } from "../ports/deliveries.ts";
import type { WebhookBus, WebhookEvent } from "../ports/webhook-event.ts";

const PER_STEP = 10;
const MAX_COUNT = 500;
/** Longer than a run of `tick`, so that two runs do not send the same delivery. */
const RETRY_SECONDS = 115;

export interface SendOutboxDeps {
  readonly outbox: Outbox;
  readonly bus: WebhookBus;
  /** Called for each delivery that the bus has taken. */
  readonly onSent?: (event: WebhookEvent) => void;
}

/**
 * Sends deliveries of the outbox, a few at a time. Stops when the bus takes none of them.
 *
 * @throws {ServiceError} `retry_later`, `decryption_failed`
 */
export async function sendOutbox(
  { outbox, bus, onSent }: SendOutboxDeps,
  hasTime: () => boolean,
): Promise<{ readonly sent: number; readonly failed: number }> {
  const counts = { sent: 0, failed: 0 };
  for (let left = MAX_COUNT; left > 0 && hasTime(); left -= PER_STEP) {
    const events = await outbox.takeDue({ count: PER_STEP, retrySeconds: RETRY_SECONDS });
    const taken = await Promise.all(
      events.map(async (event) => ((await bus.put(event)) ? [event] : [])),
    );
    const sent = taken.flat();
    if (sent.length > 0) await outbox.remove(sent.map(({ deliveryId }) => deliveryId));
    for (const event of sent) onSent?.(event);
    counts.sent += sent.length;
    counts.failed += events.length - sent.length;
    if (sent.length === 0 || events.length < PER_STEP) break;
  }
  return counts;
}
