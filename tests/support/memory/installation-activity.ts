import type { ActivityReader } from "../../../core/ports/installation-activity.ts";
import type { Tables } from "./tables.ts";

/** Reads the activity of installations in memory. */
export function createMemoryActivity({ installations, deliveries }: Tables): ActivityReader {
  return {
    async find(id, { limit }) {
      const row = installations.get(id);
      if (!row) return undefined;
      const { installedAt, installedBy, lastRefreshedAt, lastLookedUpAt, inactiveReason } = row;
      const checkedAt = row.rejectionCheckedAt;
      return {
        times: {
          ...{ installedAt, installedBy, lastRefreshedAt, lastLookedUpAt, inactiveReason },
          rejectionCheckedAt: checkedAt === null ? null : new Date(checkedAt),
          updatedAt: row.updatedAt,
        },
        deliveries: [...deliveries.values()]
          .filter(({ installationId }) => installationId === id)
          .sort((one, other) => other.receivedAt.getTime() - one.receivedAt.getTime())
          .slice(0, limit)
          .map(({ id: deliveryId, event, receivedAt, isDone }) => ({
            deliveryId,
            event,
            receivedAt,
            isDone,
          })),
      };
    },
  };
}
