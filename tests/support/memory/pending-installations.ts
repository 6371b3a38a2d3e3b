import type {
  PendingInstallation,
  PendingInstallations,
} from "../../../core/ports/pending-installations.ts";
import { ageGrant } from "../../../core/ports/provider.ts";

const LIFETIME_MS = 600_000;

export interface PendingRow {
  readonly pending: PendingInstallation;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

/** Stores pending installations in memory. */
export function createMemoryPendingInstallations(
  rows = new Map<string, PendingRow>(),
  now: () => number = Date.now,
): PendingInstallations {
  return {
    async put(pending) {
      rows.set(pending.id, { pending, expiresAt: now() + LIFETIME_MS });
    },

    async take(id, { cookieHash, organizationId }) {
      const row = rows.get(id);
      if (!row || row.expiresAt < now()) return undefined;
      const { pending } = row;
      const isOffered = pending.grants.some((grant) => grant.organizationId === organizationId);
      if (!isOffered || pending.cookieHash !== cookieHash) return undefined;
      rows.delete(id);
      const ageSeconds = (now() - row.expiresAt + LIFETIME_MS) / 1000;
      return { ...pending, grants: pending.grants.map((grant) => ageGrant(grant, ageSeconds)) };
    },
  };
}
