import { reconcile } from "../../core/installations/reconcile.ts";
import { readSlackDelivery } from "../../core/providers/slack/webhook.ts";
import { verifySlackSignature } from "../../core/providers/webhook-signature.ts";
import { endpoint } from "../http/endpoint.ts";
import { json } from "../http/reply.ts";
import { readBody } from "../http/request.ts";
import { webhookDeps } from "../wiring/dependencies.ts";

const deps = await webhookDeps("slack");

/** `POST /webhooks/slack` */
export const handler = endpoint(async (event) => {
  const body = readBody(event);
  const { "x-slack-signature": signature, "x-slack-request-timestamp": timestamp } = event.headers;
  await deps.secret.use(async (secret) =>
    verifySlackSignature(secret, body, { signature, timestamp }, new Date()),
  );

  const delivery = readSlackDelivery(event, body);
  if ("challenge" in delivery) return json(200, { challenge: delivery.challenge });
  for (const organizationId of delivery.organizationIds) {
    await reconcile(deps, { platform: "slack", organizationId });
  }
  return json(202, {});
});
