import { grantedKey } from "../../../core/grants/granted-key.ts";
import { PERMISSIONS_CHANGED } from "../../../core/ports/installation-events.ts";
import type { ProviderFence, StatusFence, TokenStore } from "../../../core/ports/token-store.ts";
import { opened, type Row, toSecrets, toToken } from "./installation-row.ts";
import { storeEnd } from "./refresh-leases.ts";
import { toInactive } from "./row-changes.ts";
import { findRow, recordEvent, store, type Tables } from "./tables.ts";

const ENDED = ["suspended", "uninstalled", "reauthorization_required"];

/** Reads tokens from memory, and stores how grants end. */
export function createMemoryTokenStore(tables: Tables): TokenStore {
  const { installations, now } = tables;

  function findOf({ installationId, providerInstallationId }: ProviderFence): Row | undefined {
    const row = installations.get(installationId);
    return row?.providerInstallationId === providerInstallationId ? row : undefined;
  }

  function findAt(fence: StatusFence): Row | undefined {
    const row = findOf(fence);
    return row?.statusVersion === fence.statusVersion ? row : undefined;
  }

  return {
    async findToken(key, { verifyRegistration = false } = {}) {
      const row = findRow(tables, key);
      if (!row) return undefined;
      if (verifyRegistration || row.isActive || row.accessToken === null) opened(row);
      return toToken(row, now());
    },

    async noteLookup(installationId) {
      const row = installations.get(installationId);
      if (row && !toToken(row, now()).isLookupRecent) {
        installations.set(row.id, { ...row, lastLookedUpAt: new Date(now()) });
      }
    },

    async findWebhookSecret(key) {
      return findRow(tables, key)?.webhookSecret;
    },

    async findSecrets(key) {
      const row = findRow(tables, key);
      return row && toSecrets(opened(row), now());
    },

    async endGrant({ installationId, tokenVersion }, reason, detail) {
      const row = installations.get(installationId);
      if (row?.tokenVersion !== tokenVersion || row.attempts > 0 || !canEnd(row)) return undefined;
      return storeEnd(tables, row, { reason, detail });
    },

    async endInstallation(fence, reason, detail) {
      const row = findAt(fence);
      if (!row || !canEnd(row)) return undefined;
      const statusVersion = row.statusVersion + 1;
      return storeEnd(tables, { ...row, statusVersion }, { reason, detail });
    },

    async endExpired(installationId) {
      const row = installations.get(installationId);
      const isOver = row?.grantEndsAt && row.grantEndsAt.getTime() < now();
      if (!isOver || !row.isActive) return false;
      const end = { reason: "reauthorization_required", detail: row.lastRefreshError } as const;
      store(tables, toInactive(row, end, tables));
      return true;
    },

    async reactivate(fence) {
      const row = findAt(fence);
      if (!row || !ENDED.includes(row.inactiveReason ?? "") || !hasTokens(row)) return undefined;
      const active = store(tables, {
        ...row,
        ...(row.kind === "github_app" && {
          tokenExpiresAt: null,
          tokenVersion: row.tokenVersion + 1,
        }),
        isActive: true,
        inactiveReason: null,
        lastRefreshError: null,
        wipeAt: null,
        statusVersion: row.statusVersion + 1,
      });
      return row.inactiveReason === "suspended"
        ? recordEvent(tables, active, { type: "unsuspended", reason: null })
        : { event: null };
    },

    async storePermissions(grant, permissions) {
      const row = findAt(grant);
      const before = grantedKey({ ...grant, scopes: [] });
      if (row?.kind !== "github_app" || grantedKey(row) !== before) return undefined;
      const changed = store(tables, { ...toExpired(row), permissions });
      return before === null ? { event: null } : recordEvent(tables, changed, PERMISSIONS_CHANGED);
    },

    async expireToken(fence) {
      const row = findAt(fence);
      if (row?.kind !== "github_app") return false;
      store(tables, toExpired(row));
      return true;
    },

    async rejectNarrowed({ installationId, narrowedVersion }, { intervalSeconds }) {
      const row = installations.get(installationId);
      const isDue = (row?.narrowedRejectedAt ?? 0) < now() - intervalSeconds * 1000;
      if (row?.narrowedVersion !== narrowedVersion || !isDue) return row?.narrowedVersion;
      const narrowedRejectedAt = now();
      store(tables, { ...row, narrowedVersion: narrowedVersion + 1, narrowedRejectedAt });
      return narrowedVersion + 1;
    },

    async deleteUnclaimed(fence) {
      const row = findAt(fence);
      return row?.inactiveReason === "unclaimed" && tables.installations.delete(row.id);
    },

    async rename(fence, organizationName) {
      const row = findOf(fence);
      if (row) store(tables, { ...row, organizationName });
    },

    async storePlatformFields({ installationId, tokenVersion }, platformFields) {
      const row = installations.get(installationId);
      if (row?.tokenVersion === tokenVersion) store(tables, { ...row, platformFields });
    },
  };
}

function toExpired(row: Row): Row {
  return {
    ...row,
    tokenExpiresAt: null,
    tokenVersion: row.tokenVersion + 1,
    statusVersion: row.statusVersion + 1,
    leaseOwner: null,
    leaseUntil: 0,
    sentAt: null,
    attempts: 0,
    failures: 0,
  };
}

/** Returns whether a grant can end: it has not ended, and no operator disabled it. */
function canEnd({ isActive, inactiveReason }: Row): boolean {
  return isActive || inactiveReason === "suspended";
}

function hasTokens({ accessToken, refreshToken, providerInstallationId }: Row): boolean {
  return [accessToken, refreshToken, providerInstallationId].some((value) => value !== null);
}
