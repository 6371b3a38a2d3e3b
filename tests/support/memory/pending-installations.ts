import type {
  PendingInstallation,
  PendingInstallations,
} from "../../../core/ports/pending-installations.ts";

/** Keeps pending grants in one process. */
export function createMemoryPendingInstallations(): PendingInstallations {
  const rows = new Map<string, PendingInstallation>();

  return {
    async put(pending) {
      rows.set(pending.id, pending);
    },

    async take(id, { cookieHash, organizationId }) {
      const row = rows.get(id);
      const isOffered = row?.grants.some((grant) => grant.organizationId === organizationId);
      if (!row || !isOffered || row.cookieHash !== cookieHash) return undefined;
      rows.delete(id);
      return row;
    },
  };
}
