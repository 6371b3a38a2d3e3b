import type { PlatformWebhook, WebhookDelivery, WebhookRequest } from "../ports/webhook.ts";
import type { RotatingSecret } from "../providers/rotating-secret.ts";
import { type ReconcileDeps, reconcile } from "./reconcile.ts";

export interface WebhookDeps extends ReconcileDeps {
  /** The secret that the platform signs its requests with. */
  readonly secret: RotatingSecret;
}

/**
 * Verifies a request to a platform's webhook, and reconciles the installations that it is about.
 *
 * @throws {ServiceError} `invalid_signature`, `unsupported_media_type`, `invalid_request`, and the errors of
 * `reconcile`
 */
export async function receiveWebhook(
  deps: WebhookDeps,
  webhook: PlatformWebhook,
  request: WebhookRequest,
): Promise<Pick<WebhookDelivery, "challenge">> {
  await deps.secret.use(async (secret) => webhook.verify(secret, request, new Date()));
  const { installations, ...delivery } = webhook.read(request);
  for (const key of installations) await reconcile(deps, key);
  return delivery;
}
