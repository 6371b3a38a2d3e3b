import { notFound } from "../errors.ts";
import type { ActivityReader, ActivityTimes } from "../ports/installation-activity.ts";

const MAX_DELIVERIES = 50;

export interface ActivityDeps {
  readonly activity: ActivityReader;
}

/** Something that happened to an installation. */
export interface ActivityItem {
  readonly type: "installed" | "refreshed" | "looked_up" | "rejected" | "deactivated" | "webhook";
  readonly at: Date;
  /** Who installed it. */
  readonly by?: string;
  /** Why it became inactive. */
  readonly reason?: string;
  /** The event of a webhook, with the id of its delivery, and whether it was handed over. */
  readonly event?: string;
  readonly deliveryId?: string;
  readonly isDone?: boolean;
}

/**
 * Returns what is known to have happened to an installation, newest first: the last time of each kind, and the webhooks
 * of the last seven days.
 *
 * @throws {ServiceError} `installation_not_found`, `retry_later`
 */
export async function readActivity(
  { activity }: ActivityDeps,
  id: string,
): Promise<readonly ActivityItem[]> {
  const found = await activity.find(id, { limit: MAX_DELIVERIES });
  if (!found) throw notFound();
  const webhooks = found.deliveries.map(({ receivedAt, ...delivery }) => ({
    type: "webhook" as const,
    at: receivedAt,
    ...delivery,
  }));
  return [...webhooks, ...toItems(found.times)].sort(
    (one, other) => other.at.getTime() - one.at.getTime(),
  );
}

function toItems(times: ActivityTimes): ActivityItem[] {
  const { installedAt, installedBy, lastRefreshedAt, lastLookedUpAt, rejectionCheckedAt } = times;
  const { inactiveReason, updatedAt } = times;
  return [
    { type: "installed", at: installedAt, by: installedBy },
    ...(lastRefreshedAt ? [{ type: "refreshed" as const, at: lastRefreshedAt }] : []),
    ...(lastLookedUpAt ? [{ type: "looked_up" as const, at: lastLookedUpAt }] : []),
    ...(rejectionCheckedAt ? [{ type: "rejected" as const, at: rejectionCheckedAt }] : []),
    // Nothing else changes an inactive row but its owner or an operator.
    ...(inactiveReason
      ? [{ type: "deactivated" as const, at: updatedAt, reason: inactiveReason }]
      : []),
  ];
}
