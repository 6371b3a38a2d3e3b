import type {
  PendingInstallation,
  PendingInstallations,
} from "../../../core/ports/pending-installations.ts";

const LIFETIME_MS = 600_000;

export interface PendingRow {
  readonly pending: PendingInstallation;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

/** Stores pending installations in memory. */
export function createMemoryPendingInstallations(
  rows = new Map<string, PendingRow>(),
): PendingInstallations {
  return {
    async put(pending) {
      rows.set(pending.id, { pending, expiresAt: Date.now() + LIFETIME_MS });
    },

    async take(id, { cookieHash, organizationId }) {
      const row = rows.get(id);
      if (!row || row.expiresAt < Date.now()) return undefined;
      const { pending } = row;
      const isOffered = pending.grants.some((grant) => grant.organizationId === organizationId);
      if (!isOffered || pending.cookieHash !== cookieHash) return undefined;
      rows.delete(id);
      return pending;
    },
  };
}
