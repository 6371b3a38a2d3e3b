import { githubWebhook } from "../../core/providers/github/webhook.ts";
import { webhookEndpoint } from "../http/webhook-endpoint.ts";
import { webhookDeps } from "../wiring/dependencies.ts";

const deps = await webhookDeps(githubWebhook);

/** `POST /webhooks/github` */
export const handler = webhookEndpoint(githubWebhook, deps);
