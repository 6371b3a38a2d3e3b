import { lookUpWebhookSecret } from "../core/tokens/lookup.ts";
import { auditOf, directFunction, type Invocation } from "./invoke/direct-function.ts";
import { toKey } from "./invoke/installation-key.ts";
import { WebhookSecretRequest } from "./invoke/requests/webhook-secret.ts";
import type { WebhookSecretResponse } from "./invoke/responses.ts";
import { webhookSecretDeps } from "./wiring/lookups.ts";

const deps = await webhookSecretDeps();

/** Invoked as `webhook-secret`: returns the secret that an installation's own webhooks are signed with. */
export const handler = directFunction(
  "WebhookSecretLookups",
  WebhookSecretRequest,
  async (request): Promise<Invocation<WebhookSecretResponse>> => {
    const webhookSecret = await lookUpWebhookSecret(deps, toKey(request));
    return { response: { webhook_secret: webhookSecret }, audit: auditOf(request) };
  },
);
