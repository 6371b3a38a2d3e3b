import { githubWebhook } from "../../core/providers/github/webhook.ts";
import { webhookEndpoint } from "../http/webhook-endpoint.ts";
import { githubWebhookDeps } from "../wiring/approval.ts";

const deps = await githubWebhookDeps(githubWebhook);

/** `POST /webhooks/github` */
export const handler = webhookEndpoint(githubWebhook, deps);
