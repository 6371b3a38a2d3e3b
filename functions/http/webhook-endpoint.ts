import { INTAKE_RESERVE_MS } from "../../core/deadlines.ts";
import type { PlatformWebhook } from "../../core/ports/webhook.ts";
import { addToTrace, type RequestTrace } from "../../core/request-trace.ts";
import { type IntakeDeps, receiveDelivery } from "../../core/webhooks/receive-delivery.ts";
import { endpoint } from "./endpoint.ts";
import type { HttpEvent } from "./event.ts";
import { json } from "./reply.ts";
import { MAX_WEBHOOK_BYTES, readBody } from "./request.ts";

/** The form of the ids that platforms put into a header. */
const DELIVERY_ID = /^[0-9a-f-]{8,64}$/i;

/** Creates the handler of a platform's webhook. */
export function webhookEndpoint(webhook: PlatformWebhook, deps: IntakeDeps) {
  return endpoint(
    async (event) => {
      addToTrace(unverifiedDelivery(webhook, event));
      const request = { headers: event.headers, body: readBody(event, MAX_WEBHOOK_BYTES) };
      const content = await receiveDelivery(deps, webhook, request);
      return content.type === "delivery"
        ? json(202, {})
        : json(200, { challenge: content.challenge });
    },
    { reserveMs: INTAKE_RESERVE_MS },
  );
}

/** Returns the delivery that a request claims to be, so that one with a wrong signature can be found in the logs. */
function unverifiedDelivery(
  { platform, deliveryHeader }: PlatformWebhook,
  { headers }: HttpEvent,
): RequestTrace {
  const id = deliveryHeader === undefined ? undefined : headers[deliveryHeader];
  if (id === undefined || !DELIVERY_ID.test(id)) return { platform };
  return { platform, deliveryId: `${platform}:${id}` };
}
