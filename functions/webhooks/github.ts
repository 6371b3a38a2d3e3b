import { githubWebhook } from "../../core/providers/github/webhook.ts";
import { webhookEndpoint } from "../http/webhook-endpoint.ts";
import { intakeDeps } from "../wiring/webhooks.ts";

const deps = await intakeDeps(githubWebhook);

/** `POST /webhooks/github` */
export const handler = webhookEndpoint(githubWebhook, deps);
