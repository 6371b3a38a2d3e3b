import type { DueWorkFinder } from "../../../core/ports/due-work.ts";
import type { Row } from "./installation-row.ts";
import type { Tables } from "./tables.ts";

/** Finds the work of the schedule `tick` in memory. */
export function createMemoryDueWork({ installations, events, outbox, now }: Tables): DueWorkFinder {
  function idsOf(count: number, dateOf: (row: Row) => Date | null): string[] {
    return [...installations.values()]
      .filter((row) => row.isActive)
      .flatMap((row) => {
        const date = dateOf(row);
        return date ? [{ id: row.id, date }] : [];
      })
      .sort((one, other) => one.date.getTime() - other.date.getTime())
      .slice(0, count)
      .map(({ id }) => id);
  }

  return {
    async find({ kinds, webhookKinds, count }) {
      return {
        hasDueEvents: [...events.values()].some(({ nextTryAt }) => nextTryAt <= now()),
        hasDueDeliveries: [...outbox.values()].some(({ nextTryAt }) => nextTryAt <= now()),
        isScanDue: false,
        openRefreshes: idsOf(count, ({ kind, sentAt, leaseUntil }) =>
          kinds.includes(kind) && leaseUntil <= now() ? sentAt : null,
        ),
        endedGrants: idsOf(count, ({ grantEndsAt }) =>
          (grantEndsAt?.getTime() ?? Number.POSITIVE_INFINITY) < now() ? grantEndsAt : null,
        ),
        webhooks: idsOf(count, ({ kind, webhooks: { configuration, dueAt } }) =>
          webhookKinds.includes(kind) && configuration === "" && dueAt !== null && dueAt <= now()
            ? new Date(dueAt)
            : null,
        ),
      };
    },
  };
}
