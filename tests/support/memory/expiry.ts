import type { Expiry } from "../../../core/ports/expiry.ts";
import type { Row } from "./installation-row.ts";
import type { PendingRow } from "./pending-installations.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Deletes expired rows and finds idle installations of the other adapters in memory. */
export function createMemoryExpiry({
  consumedStates,
  pending,
  installations,
}: {
  consumedStates: Map<string, Date>;
  pending: Map<string, PendingRow>;
  installations: ReadonlyMap<string, Row>;
}): Expiry {
  return {
    async removeExpired() {
      const now = Date.now();
      const states = [...consumedStates].filter(([, date]) => date.getTime() < now - 2 * HOUR_MS);
      const grants = [...pending].filter(([, { expiresAt }]) => expiresAt < now);
      for (const [id] of states) consumedStates.delete(id);
      for (const [id] of grants) pending.delete(id);
      return states.length + grants.length;
    },

    async findIdle({ kinds, idleDays, endsInDays, count }) {
      const now = Date.now();
      return [...installations.values()]
        .filter((row) => row.isActive && row.refreshToken !== null && kinds.includes(row.kind))
        .filter((row) => row.leaseUntil < now)
        .filter(({ tokenStoredAt, refreshTokenExpiresAt }) => {
          const isIdle = tokenStoredAt.getTime() < now - idleDays * DAY_MS;
          const endsAt = refreshTokenExpiresAt?.getTime() ?? Number.POSITIVE_INFINITY;
          return isIdle || endsAt < now + endsInDays * DAY_MS;
        })
        .sort((one, other) => one.tokenStoredAt.getTime() - other.tokenStoredAt.getTime())
        .slice(0, count)
        .map(({ id }) => id);
    },
  };
}
