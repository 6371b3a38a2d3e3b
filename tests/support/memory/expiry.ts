import type { Expiry } from "../../../core/ports/expiry.ts";
import { MAX_LINK_SECONDS } from "../../../core/ports/install-links.ts";
import type { PendingRow } from "./pending-installations.ts";
import { withoutTokens } from "./row-changes.ts";
import { store, type Tables } from "./tables.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Deletes expired rows and finds idle installations of the other adapters in memory. */
export function createMemoryExpiry(
  tables: Tables,
  {
    consumedStates = new Map(),
    pending = new Map(),
  }: { consumedStates?: Map<string, Date>; pending?: Map<string, PendingRow> } = {},
): Expiry {
  /** Until when an installation is passed over, in epoch milliseconds. */
  const passedOver = new Map<string, number>();

  return {
    async removeExpired({ hasTime } = {}) {
      if (hasTime?.() === false) return 0;
      const now = tables.now();
      const states = [...consumedStates].filter(([, date]) => date.getTime() < now - 2 * HOUR_MS);
      const grants = [...pending].filter(([, { expiresAt }]) => expiresAt < now);
      for (const [id] of states) consumedStates.delete(id);
      for (const [id] of grants) pending.delete(id);
      return states.length + grants.length;
    },

    async removeDeliveries() {
      const oldest = tables.now() - 7 * DAY_MS;
      const ids = [...tables.deliveries.values()]
        .filter(({ receivedAt }) => receivedAt.getTime() < oldest)
        .map(({ id }) => id);
      const unsent = [...tables.outbox].filter(([, { storedAt }]) => storedAt < oldest);
      for (const id of ids) tables.deliveries.delete(id);
      for (const [id] of unsent) tables.outbox.delete(id);
      return ids.length + unsent.length;
    },

    async removeLinks() {
      const oldest = tables.now() - MAX_LINK_SECONDS * 1000 - 2 * HOUR_MS;
      const links = [...tables.links.values()].filter(
        ({ createdAt }) => createdAt.getTime() < oldest,
      );
      for (const { id } of links) tables.links.delete(id);
      return links.length;
    },

    async wipeTokens() {
      const now = tables.now();
      const due = [...tables.installations.values()].filter(
        ({ isActive, wipeAt }) => !isActive && wipeAt !== null && wipeAt.getTime() < now,
      );
      for (const row of due) {
        store(tables, { ...withoutTokens(row), tokenVersion: row.tokenVersion + 1 });
      }
      return due.length;
    },

    // Each grant has its key here.
    async keyGrants() {},

    // Lists read the names and the metadata themselves here.
    async storeSearchKeys() {},

    async findIdle({ kind, idleDays, endsInDays, count }) {
      const now = tables.now();
      return [...tables.installations.values()]
        .filter((row) => row.isActive && row.refreshToken !== null && row.kind === kind)
        .filter((row) => row.leaseUntil < now && !passedOver.has(row.id))
        .filter(({ tokenStoredAt, refreshTokenExpiresAt }) => {
          const isIdle = tokenStoredAt.getTime() < now - idleDays * DAY_MS;
          const endsAt = refreshTokenExpiresAt?.getTime() ?? Number.POSITIVE_INFINITY;
          return isIdle || endsAt < now + endsInDays * DAY_MS;
        })
        .sort((one, other) => one.tokenStoredAt.getTime() - other.tokenStoredAt.getTime())
        .slice(0, count)
        .map(({ id }) => id);
    },

    async findSuspended({ kind, count }) {
      return [...tables.installations.values()]
        .filter((row) => row.kind === kind && row.inactiveReason === "suspended")
        .filter(({ id }) => !passedOver.has(id))
        .map(({ id }) => id)
        .toSorted()
        .slice(0, count);
    },

    async passOver(installationId, { seconds }) {
      passedOver.set(installationId, tables.now() + seconds * 1000);
    },

    async resume() {
      const due = [...passedOver].filter(([, until]) => until <= tables.now());
      for (const [id] of due) passedOver.delete(id);
      return due.length;
    },
  };
}
