import { jiraWebhook } from "../../core/providers/jira/webhook.ts";
import { webhookEndpoint } from "../http/webhook-endpoint.ts";
import { intakeDeps } from "../wiring/webhooks.ts";

const deps = await intakeDeps(jiraWebhook);

/** `POST /webhooks/jira` */
export const handler = webhookEndpoint(jiraWebhook, deps);
