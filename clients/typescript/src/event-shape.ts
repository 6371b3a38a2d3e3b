import type { BodyRef, BotEvent, DeliveryEvent, InstallationEvent } from "./events.ts";
import { isRecord } from "./json.ts";
import type { Platform } from "./token.ts";

/** Returns the event in an entry of the bus, or `undefined` if it is none of Grantkeep's. */
export function parseBotEvent(input: unknown): BotEvent | undefined {
  if (!isRecord(input)) return undefined;
  const { source, "detail-type": type, detail } = input;
  if (typeof type !== "string" || !isRecord(detail)) return undefined;
  if (source === "grantkeep.webhooks") return parseDelivery(type, detail);
  return source === "grantkeep" ? parseInstallationEvent(type, detail) : undefined;
}

function parseDelivery(type: string, detail: Record<string, unknown>): DeliveryEvent | undefined {
  const { platform, event, delivery_id: id, metadata } = detail;
  const receivedAt = toTime(detail.received_at);
  if (!isPlatform(platform) || typeof event !== "string" || typeof id !== "string")
    return undefined;
  if (!receivedAt) return undefined;
  return {
    kind: "delivery",
    id,
    type,
    platform,
    event,
    action: textOrNull(detail.action),
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

function parseInstallationEvent(
  type: string,
  detail: Record<string, unknown>,
): InstallationEvent | undefined {
  const { platform, event_id: id, installation_id: installationId } = detail;
  const { organization_id: organizationId, organization_name: organizationName } = detail;
  const occurredAt = toTime(detail.occurred_at);
  if (!isPlatform(platform) || typeof id !== "string" || !occurredAt) return undefined;
  if (typeof installationId !== "string" || typeof organizationId !== "string") return undefined;
  return {
    kind: "installation",
    id,
    type,
    platform,
    installationId,
    organizationId,
    organizationName: textOrNull(organizationName) ?? "",
    occurredAt,
    detail,
  };
}

function isPlatform(value: unknown): value is Platform {
  return value === "github" || value === "slack" || value === "jira";
}

function toTime(value: unknown): Date | undefined {
  const time = new Date(typeof value === "string" ? value : Number.NaN);
  return Number.isNaN(time.getTime()) ? undefined : time;
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
