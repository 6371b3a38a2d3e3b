import { createHash } from "node:crypto";
import type { Platform } from "../installation.ts";
import type { AttributedInstallation, Claim, ClaimKey, Deliveries } from "../ports/deliveries.ts";
import type { DeliveryBodies } from "../ports/delivery-bodies.ts";
import type { Delivery } from "../ports/webhook.ts";
import type { WebhookBus, WebhookEvent } from "../ports/webhook-event.ts";

/** A larger body is stored in the bucket: with the other fields, a body must fit into one entry of the bus. */
const MAX_BUS_BODY_BYTES = 200 * 1024;

/** A delivery that this process has claimed. */
export interface ClaimedDelivery {
  readonly platform: Platform;
  readonly delivery: Delivery;
  readonly key: ClaimKey;
  readonly claim: Extract<Claim, { status: "claimed" }>;
}

/** The result for a claimed delivery. */
export type HandOverOutcome =
  | "handed_over"
  /** The bus did not take it: it is in the outbox. */
  | "delayed"
  /** Handed over, without a connected installation. */
  | "unclaimed"
  /** Dropped: its installation is suspended or has ended. */
  | "inactive";

export interface HandOverDeps {
  readonly deliveries: Deliveries;
  readonly bus: WebhookBus;
  readonly bodies: Pick<DeliveryBodies, "put">;
  /** Whether deliveries without a connected installation are handed over with their bodies. */
  readonly unclaimedBodies: boolean;
}

/**
 * Hands a claimed delivery over to the bus, or to the outbox if the bus does not take it. Drops it if its
 * installation is not active, unless it is about the grant itself.
 *
 * @throws {ServiceError} `retry_later`
 */
export async function handOver(
  deps: HandOverDeps,
  claimed: ClaimedDelivery,
): Promise<HandOverOutcome> {
  const { claim, delivery, key } = claimed;
  const installation = connectedInstallation(claim);
  if (installation && !installation.isActive && !delivery.lifecycle) {
    await finish(deps, key);
    return "inactive";
  }
  const event = await toEvent(deps, claimed);
  if (!(await deps.bus.put(event))) {
    await deps.deliveries.finishLater(key, event);
    return "delayed";
  }
  await finish(deps, key);
  return installation ? "handed_over" : "unclaimed";
}

/** Returns the installation that a delivery is for, if somebody has connected it. */
export function connectedInstallation({
  installation,
}: ClaimedDelivery["claim"]): AttributedInstallation | null {
  return installation && !installation.isUnclaimed ? installation : null;
}

/**
 * Records that a delivery was handled. If only this fails, the delivery is acknowledged all the same: the platform
 * must not send it again.
 */
export async function finish({ deliveries }: HandOverDeps, key: ClaimKey): Promise<void> {
  await deliveries.finish(key).catch(() => {});
}

/** Returns the event of a claimed delivery. Stores a body that is too large for the bus. */
export async function toEvent(
  deps: HandOverDeps,
  { platform, delivery, key, claim }: ClaimedDelivery,
): Promise<WebhookEvent> {
  const installation = connectedInstallation(claim);
  const hasBody = installation !== null || deps.unclaimedBodies;
  return {
    deliveryId: key.id,
    platform,
    event: delivery.event,
    action: delivery.action,
    receivedAt: claim.receivedAt,
    installation: installation && {
      id: installation.id,
      organizationId: installation.organizationId,
      organizationName: installation.organizationName,
      metadata: installation.metadata,
    },
    body: hasBody ? await toBody(deps, key, delivery.body) : null,
  };
}

/** Returns a body, or where it is stored if it is large. If it cannot be stored, a copy can be claimed at once. */
async function toBody(
  { bodies, deliveries }: HandOverDeps,
  key: ClaimKey,
  body: string,
): Promise<WebhookEvent["body"]> {
  const bytes = Buffer.from(body);
  if (bytes.length <= MAX_BUS_BODY_BYTES) return body;
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  try {
    return await bodies.put(`deliveries/${toSafeName(key.id)}.json`, bytes, sha256);
  } catch (error) {
    await deliveries.release(key).catch(() => {});
    throw error;
  }
}

/** Returns a name for an object: the id without characters that an address would encode. */
function toSafeName(id: string): string {
  return id.replaceAll(/[^\w-]/g, "-");
}
