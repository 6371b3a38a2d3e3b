import type { ApprovalDeps } from "../install/approval.ts";
import { finishWaiting } from "../install/wait-for-approval.ts";
import type {
  Lifecycle,
  PlatformWebhook,
  RegisteredApp,
  WebhookContent,
  WebhookRequest,
} from "../ports/webhook.ts";
import type { RotatingSecret } from "../providers/rotating-secret.ts";
import { systemTiming } from "../tokens/timing.ts";
import { type ReconcileDeps, reconcile } from "./reconcile.ts";
import { type StoreUnclaimedDeps, storeUnclaimed } from "./store-unclaimed.ts";

/**
 * For how long the end of a refresh is waited for. GitHub gives up after ten seconds; Slack does after three,
 * and delivers the event again.
 *
 * @see [Handling webhook deliveries](https://docs.github.com/en/webhooks/using-webhooks/handling-webhook-deliveries)
 */
const MAX_WAIT_MS = 8_000;

export interface WebhookDeps extends ReconcileDeps, StoreUnclaimedDeps {
  /** The secret that the platform signs its requests with. */
  readonly secret: RotatingSecret;
  /** The app that deliveries must be for. */
  readonly app: RegisteredApp;
  /** Of a platform whose App members can request. */
  readonly approval?: ApprovalDeps;
}

/**
 * Verifies a request to a platform's webhook, and reconciles the installations that it is about. Stores one that
 * was created at the platform as unclaimed, and finishes what waits for it.
 *
 * @throws {ServiceError} `invalid_signature`, `unsupported_media_type`, `invalid_request`, and the errors of
 * `reconcile` and `storeUnclaimed`
 */
export async function receiveWebhook(
  deps: WebhookDeps,
  webhook: PlatformWebhook,
  request: WebhookRequest,
): Promise<WebhookContent> {
  const { timing = systemTiming } = deps;
  const giveUpAt = timing.now() + MAX_WAIT_MS;
  const remainingMs = () => giveUpAt - timing.now();
  await deps.secret.use(async (secret) => webhook.verify(secret, request, new Date()));
  const content = webhook.read(request, deps.app);
  if (content.type === "delivery" && content.delivery.lifecycle) {
    await reconcileLifecycle(deps, content.delivery.lifecycle, remainingMs);
  }
  return content;
}

async function reconcileLifecycle(
  deps: WebhookDeps,
  { installations, mayChangeToken, created }: Lifecycle,
  remainingMs: () => number,
): Promise<void> {
  let isKnown = false;
  for (const key of installations) {
    if (await reconcile(deps, key, { remainingMs, mayChangeToken })) isKnown = true;
  }
  if (created && !isKnown) await storeUnclaimed(deps, created);
  if (created && deps.approval) await finishWaiting(deps.approval, created);
}
