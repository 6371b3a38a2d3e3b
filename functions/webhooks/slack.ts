import * as v from "valibot";
import { OrganizationId } from "../../core/installation.ts";
import { reconcile } from "../../core/reconcile.ts";
import { verifySlackSignature } from "../../core/signature.ts";
import { webhookDeps } from "../dependencies.ts";
import { endpoint } from "../http.ts";
import { json } from "../reply.ts";
import { parseSignedJson, readBody } from "../request.ts";

/** @see [Using HTTP request URLs](https://docs.slack.dev/apis/events-api/using-http-request-urls) */
const Delivery = v.variant("type", [
  v.object({
    type: v.literal("url_verification"),
    challenge: v.pipe(v.string(), v.maxLength(1024)),
  }),
  v.object({
    type: v.literal("event_callback"),
    team_id: v.nullish(OrganizationId, null),
    enterprise_id: v.nullish(OrganizationId, null),
    event: v.object({ type: v.string() }),
  }),
  v.object({ type: v.pipe(v.string(), v.notValues(["url_verification", "event_callback"])) }),
]);

/** They come in any order, and the same as often as Slack likes. */
const RELEVANT = new Set(["app_uninstalled", "tokens_revoked"]);

const deps = await webhookDeps("slack");

/** `POST /webhooks/slack` */
export const handler = endpoint(async (event) => {
  const body = readBody(event);
  const { "x-slack-signature": signature, "x-slack-request-timestamp": timestamp } = event.headers;
  await deps.secret.use(async (secret) =>
    verifySlackSignature(secret, body, { signature, timestamp }, new Date()),
  );

  const delivery = parseSignedJson(Delivery, event, body);
  if ("challenge" in delivery) return json(200, { challenge: delivery.challenge });
  if ("event" in delivery && RELEVANT.has(delivery.event.type)) {
    // A team and its enterprise are two organizations, each with a row of its own or none.
    for (const organizationId of [delivery.team_id, delivery.enterprise_id]) {
      if (organizationId !== null) await reconcile(deps, { platform: "slack", organizationId });
    }
  }
  return json(202, {});
});
