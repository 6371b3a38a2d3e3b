import { reconcile } from "../../core/installations/reconcile.ts";
import { readSlackDelivery } from "../../core/providers/slack/webhook.ts";
import { verifySlackSignature } from "../../core/providers/webhook-signature.ts";
import { webhookDeps } from "../dependencies.ts";
import { endpoint } from "../http.ts";
import { json } from "../reply.ts";
import { readBody } from "../request.ts";

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
