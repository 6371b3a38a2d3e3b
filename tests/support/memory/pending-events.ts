import type { PendingEvents } from "../../../core/ports/pending-events.ts";
import type { Tables } from "./tables.ts";

/** Stores the events that the bus has not taken yet in memory. */
export function createMemoryPendingEvents({ events, installations, now }: Tables): PendingEvents {
  return {
    async remove(ids) {
      for (const id of ids) events.delete(id);
    },

    async takeDue({ count, retrySeconds }) {
      for (const { event, nextTryAt } of events.values()) {
        const isUnclaimed = installations.get(event.installationId)?.inactiveReason === "unclaimed";
        const isObsolete = event.type === "unclaimed" && !isUnclaimed;
        if (isObsolete && nextTryAt <= now()) events.delete(event.id);
      }
      const due = [...events.values()]
        .filter(({ nextTryAt }) => nextTryAt <= now())
        .sort((one, other) => one.nextTryAt - other.nextTryAt)
        .slice(0, count)
        .map(({ event }) => event);
      const nextTryAt = now() + retrySeconds * 1000;
      for (const event of due) events.set(event.id, { event, nextTryAt });
      return due.sort((one, other) => (one.id < other.id ? -1 : 1));
    },
  };
}
