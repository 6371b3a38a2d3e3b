import { INTAKE_RESERVE_MS } from "../../core/deadlines.ts";
import type { PlatformWebhook } from "../../core/ports/webhook.ts";
import { type IntakeDeps, receiveDelivery } from "../../core/webhooks/receive-delivery.ts";
import { endpoint } from "./endpoint.ts";
import { json } from "./reply.ts";
import { MAX_WEBHOOK_BYTES, readBody } from "./request.ts";

/** Creates the handler of a platform's webhook. */
export function webhookEndpoint(webhook: PlatformWebhook, deps: IntakeDeps) {
  return endpoint(
    async (event) => {
      const request = { headers: event.headers, body: readBody(event, MAX_WEBHOOK_BYTES) };
      const content = await receiveDelivery(deps, webhook, request);
      return content.type === "delivery"
        ? json(202, {})
        : json(200, { challenge: content.challenge });
    },
    { reserveMs: INTAKE_RESERVE_MS },
  );
}
