import { DELIVERY_EVENT_MS } from "../../core/deadlines.ts";
import { describeForeignError } from "../../core/errors.ts";
import type { DeliveryBodies } from "../../core/ports/delivery-bodies.ts";
import type { WebhookBus, WebhookEvent } from "../../core/ports/webhook-event.ts";
import { UNCLAIMED, WEBHOOK_SOURCE } from "../../core/webhooks/detail-types.ts";
import { requireEventBusName } from "./config.ts";
import { countUnsentEvent } from "./metrics.ts";
import { withTrace } from "./trace-fields.ts";

/**
 * Creates the bus that `EVENT_BUS_NAME` names, for deliveries. A delivery that it does not take is counted.
 *
 * @throws {Error} if the variable is missing or malformed
 */
export function createWebhookBus(bodies: Pick<DeliveryBodies, "createUrl">): WebhookBus {
  const busName = requireEventBusName();
  return {
    async put(event) {
      try {
        const entry = await toEntry(bodies, event);
        const { putEvent } = await loadClient();
        await putEvent(busName, entry, { timeoutMs: DELIVERY_EVENT_MS });
        return true;
      } catch (error) {
        countUnsentEvent(describeForeignError(error), {
          ...idsOf(event),
        });
        return false;
      }
    },
  };
}

/** Logs that the bus took a delivery which it had not taken before. A function without a route has no logger. */
export function logSentDelivery(event: WebhookEvent): void {
  const line = withTrace({ level: "INFO", message: "delivery_sent", ...idsOf(event) });
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

function idsOf({ platform, event, deliveryId, installation }: WebhookEvent) {
  return {
    platform,
    event,
    delivery_id: deliveryId,
    installation_id: installation?.id,
    organization_id: installation?.organizationId,
  };
}

/** Loads the client of the bus. A function that always needs it does so while it starts. */
export function loadClient() {
  return import("./event-bus.ts");
}

/** Returns a delivery as it is put on the bus. */
export async function toEntry(bodies: Pick<DeliveryBodies, "createUrl">, event: WebhookEvent) {
  return {
    source: WEBHOOK_SOURCE,
    detailType: detailTypeOf(event),
    time: event.receivedAt,
    detail: await toDetail(bodies, event),
  };
}

function detailTypeOf({ platform, event, installation }: WebhookEvent): string {
  return `${platform}.${event}${installation ? "" : UNCLAIMED}`;
}

/** Returns the detail as JSON. A body is copied as it is: parsing it could change numbers and keys. */
async function toDetail(
  bodies: Pick<DeliveryBodies, "createUrl">,
  { deliveryId, platform, event, action, receivedAt, installation, body }: WebhookEvent,
): Promise<string> {
  const fields = {
    ...(installation && {
      installation_id: installation.id,
      organization_id: installation.organizationId,
      organization_name: installation.organizationName,
      metadata: installation.metadata,
    }),
    platform,
    delivery_id: deliveryId,
    event,
    action,
    received_at: receivedAt.toISOString(),
    ...(typeof body === "object" &&
      body && { body_ref: body, body_url: await bodies.createUrl(body.key) }),
  };
  const text = JSON.stringify(fields);
  return typeof body === "string" ? `${text.slice(0, -1)},"body":${body}}` : text;
}
