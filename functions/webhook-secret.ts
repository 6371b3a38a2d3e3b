import * as v from "valibot";
import { lookUpWebhookSecret } from "../core/tokens/lookup.ts";
import { auditOf, directFunction, KeyFields, toKey } from "./invoke/direct-function.ts";
import { webhookSecretDeps } from "./wiring/dependencies.ts";

const WebhookSecretRequest = v.strictObject(KeyFields);

const deps = await webhookSecretDeps();

/** Invoked as `webhook-secret`: answers with the secret of an installation's own webhooks. */
export const handler = directFunction(
  "WebhookSecretLookups",
  WebhookSecretRequest,
  async (request) => {
    const webhookSecret = await lookUpWebhookSecret(deps, toKey(request));
    return { answer: { webhook_secret: webhookSecret }, audit: auditOf(request) };
  },
);
