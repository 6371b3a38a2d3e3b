import { randomUUID } from "node:crypto";
import { ServiceError } from "../errors.ts";
import type { Platform } from "../installation.ts";
import type {
  Delivery,
  PlatformWebhook,
  RegisteredApp,
  WebhookContent,
  WebhookRequest,
} from "../ports/webhook.ts";
import type { RotatingSecret } from "../providers/rotating-secret.ts";
import { addToTrace } from "../request-trace.ts";
import {
  type ClaimedDelivery,
  connectedInstallation,
  type HandOverDeps,
  type HandOverOutcome,
  handOver,
} from "./hand-over.ts";

/** The result for one delivery. */
type DeliveryOutcome =
  | HandOverOutcome
  /** Dropped: a copy was handled before. */
  | "repeated"
  /** Refused: a copy is being handled. */
  | "busy"
  /** The result of the function that handles interactions was returned. */
  | "answered"
  /** That function failed, or did not end in time. */
  | "acknowledged";

/** A delivery and its result, for the log and the metrics. */
export interface DeliveryReport {
  readonly platform: Platform;
  readonly event: string;
  readonly deliveryId: string;
  readonly installationId: string | undefined;
  readonly organizationId: string | undefined;
  readonly outcome: DeliveryOutcome;
}

export interface IntakeDeps extends HandOverDeps {
  /** The secret that the platform signs its requests with. */
  readonly secret: RotatingSecret;
  /** The app that deliveries must be for. */
  readonly app: RegisteredApp & { readonly clientId: string };
  readonly onDelivery: (report: DeliveryReport) => void;
}

/**
 * Verifies a request to a platform's webhook and hands its delivery over to the bus, once. No platform is called.
 *
 * A copy of a delivery that was handed over is acknowledged. A delivery that the bus does not take is stored, and
 * sent by `tick`.
 *
 * @throws {ServiceError} `invalid_signature`, `unsupported_media_type`, `invalid_request`; `retry_later` while a
 * copy is being handled, and if the delivery could neither be handed over nor stored
 */
export async function receiveDelivery(
  deps: IntakeDeps,
  webhook: PlatformWebhook,
  request: WebhookRequest,
): Promise<WebhookContent> {
  const content = await readRequest(deps, webhook, request);
  if (content.type === "check") return content;
  const claimed = await claimDelivery(deps, webhook.platform, content.delivery);
  if (claimed) report(deps, claimed, await handOver(deps, claimed));
  return content;
}

/**
 * Returns the content of a request whose signature is valid.
 *
 * @throws {ServiceError} `invalid_signature`, `unsupported_media_type`, `invalid_request`
 */
export async function readRequest(
  { secret, app }: IntakeDeps,
  webhook: PlatformWebhook,
  request: WebhookRequest,
): Promise<WebhookContent> {
  await secret.use(async (value) => webhook.verify(value, request, new Date()));
  return webhook.read(request, app);
}

/**
 * Claims a delivery; `undefined` if a copy of it was handled.
 *
 * @throws {ServiceError} `retry_later`, also while a copy is being handled
 */
export async function claimDelivery(
  { app, deliveries, onDelivery }: IntakeDeps,
  platform: Platform,
  delivery: Delivery,
): Promise<ClaimedDelivery | undefined> {
  const key = { id: `${platform}:${delivery.id}`, claimedBy: randomUUID() };
  const { event, owner, lifecycle } = delivery;
  const { clientId } = app;
  addToTrace({ platform, event, deliveryId: key.id });
  const claim = await deliveries.claim({ ...key, platform, clientId, event, owner, lifecycle });
  if (claim.status === "claimed") return { platform, delivery, key, claim };

  const outcome = claim.status === "done" ? "repeated" : "busy";
  const unknown = { installationId: undefined, organizationId: undefined };
  onDelivery({ platform, event, deliveryId: key.id, ...unknown, outcome });
  if (outcome === "repeated") return undefined;
  const message = "Another request with this delivery is being handled. Try again.";
  throw new ServiceError("retry_later", message, { reason: "delivery claimed" });
}

/** Counts and logs the result for a claimed delivery. */
export function report(
  { onDelivery }: IntakeDeps,
  { platform, delivery, key, claim }: ClaimedDelivery,
  outcome: DeliveryOutcome,
): void {
  const { event } = delivery;
  // An organization without a connected installation is named, too.
  const organizationId = claim.installation?.organizationId ?? onlyOrganization(delivery);
  const installationId = connectedInstallation(claim)?.id;
  addToTrace({ installationId, organizationId });
  onDelivery({ platform, event, deliveryId: key.id, installationId, organizationId, outcome });
}

/** Returns the organization that a delivery names, unless it names several. */
function onlyOrganization({ owner }: Delivery): string | undefined {
  if (owner?.type !== "organizations") return undefined;
  const [first, ...others] = owner.organizationIds;
  return others.length === 0 ? first : undefined;
}
