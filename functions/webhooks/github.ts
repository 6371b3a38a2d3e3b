import { reconcile } from "../../core/installations/reconcile.ts";
import { readGithubDelivery } from "../../core/providers/github/webhook.ts";
import { verifyGithubSignature } from "../../core/providers/webhook-signature.ts";
import { endpoint } from "../http/endpoint.ts";
import { json } from "../http/reply.ts";
import { readBody } from "../http/request.ts";
import { webhookDeps } from "../wiring/dependencies.ts";

const deps = await webhookDeps("github");

/** `POST /webhooks/github` */
export const handler = endpoint(async (event) => {
  const body = readBody(event);
  const { "x-hub-signature-256": signature } = event.headers;
  await deps.secret.use(async (secret) => verifyGithubSignature(secret, body, signature));

  const providerInstallationId = readGithubDelivery(event, body);
  if (providerInstallationId !== undefined) {
    await reconcile(deps, { platform: "github", providerInstallationId });
  }
  return json(202, {});
});
