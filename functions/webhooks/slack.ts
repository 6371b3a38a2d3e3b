import { slackWebhook } from "../../core/providers/slack/webhook.ts";
import { webhookEndpoint } from "../http/webhook-endpoint.ts";
import { intakeDeps } from "../wiring/webhooks.ts";

const deps = await intakeDeps(slackWebhook);

/** `POST /webhooks/slack` */
export const handler = webhookEndpoint(slackWebhook, deps);
