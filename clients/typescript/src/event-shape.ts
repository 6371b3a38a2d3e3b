import type { BodyRef, BotEvent } from "./events.ts";
import { isRecord } from "./json.ts";

/** Returns the event in an entry of the bus, or `undefined` if it is none of a platform's deliveries. */
export function parseBotEvent(input: unknown): BotEvent | undefined {
  if (!isRecord(input) || input.source !== "grantkeep.webhooks") return undefined;
  const { "detail-type": type, detail } = input;
  if (typeof type !== "string" || !isRecord(detail)) return undefined;
  const { platform, event, delivery_id: deliveryId, metadata } = detail;
  if (platform !== "github" && platform !== "slack" && platform !== "jira") return undefined;
  if (typeof event !== "string" || typeof deliveryId !== "string") return undefined;
  const receivedAt = new Date(String(detail.received_at));
  if (Number.isNaN(receivedAt.getTime())) return undefined;
  return {
    type,
    platform,
    event,
    action: textOrNull(detail.action),
    deliveryId,
    installationId: textOrNull(detail.installation_id),
    organizationId: textOrNull(detail.organization_id),
    organizationName: textOrNull(detail.organization_name),
    metadata: isRecord(metadata) ? metadata : {},
    receivedAt,
    body: detail.body,
    bodyUrl: textOrNull(detail.body_url),
    bodyRef: toBodyRef(detail.body_ref),
  };
}

function toBodyRef(ref: unknown): BodyRef | null {
  if (!isRecord(ref)) return null;
  const { bucket, key, bytes, sha256 } = ref;
  if (typeof bucket !== "string" || typeof key !== "string") return null;
  if (typeof bytes !== "number" || typeof sha256 !== "string") return null;
  return { bucket, key, bytes, sha256 };
}

function textOrNull(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}
