import { ServiceError } from "../../../core/errors.ts";
import type { Installation, InstallationKey } from "../../../core/installation.ts";
import { PLATFORMS } from "../../../core/platforms.ts";
import type { InstallationRepository } from "../../../core/ports/installation-repository.ts";
import {
  type InstallationTransfer,
  isAsImported,
} from "../../../core/ports/installation-transfer.ts";
import type { RefreshLease, RefreshLeases } from "../../../core/ports/refresh-leases.ts";
import type { ProviderKey, TokenFence, TokenStore } from "../../../core/ports/token-store.ts";
import {
  type Row,
  toImportedRow,
  toInstallation,
  toNewRow,
  toPatched,
  toRecord,
  toRefreshed,
  toReinstalled,
  toToken,
  withoutTokens,
} from "./installation-row.ts";

const LEASE_MS = 15_000;

/** Stores installations in memory, with unencrypted tokens. */
export function createMemoryInstallations(
  rows = new Map<string, Row>(),
): InstallationRepository & InstallationTransfer & TokenStore & RefreshLeases {
  function store(row: Row): Installation {
    const stored = { ...row, updatedAt: new Date() };
    rows.set(row.id, stored);
    return toInstallation(stored);
  }

  function findRow(key: InstallationKey | ProviderKey): Row | undefined {
    if ("id" in key) return rows.get(key.id);
    return [...rows.values()].find(
      (row) =>
        row.platform === key.platform &&
        ("organizationId" in key
          ? row.organizationId === key.organizationId
          : row.providerInstallationId === key.providerInstallationId),
    );
  }

  function findAt({ installationId, tokenVersion }: TokenFence): Row | undefined {
    const row = rows.get(installationId);
    return row?.tokenVersion === tokenVersion ? row : undefined;
  }

  function findHeld(lease: RefreshLease): Row | undefined {
    const row = findAt(lease);
    return row?.leaseOwner === lease.owner ? row : undefined;
  }

  return {
    async create(input) {
      if (!findRow(input)) return store(toNewRow(input));
      throw new ServiceError(
        "duplicate_installation",
        `This organization already has an installation on ${PLATFORMS[input.platform].displayName}.`,
      );
    },

    async upsert(input) {
      const existing = findRow(input);
      if (!existing) return { installation: store(toNewRow(input)), created: true };
      return { installation: store(toReinstalled(existing, input)), created: false };
    },

    async find(key) {
      const row = findRow(key);
      return row && toInstallation(row);
    },

    async list({ platform, organizationId, isActive }, { limit, before }) {
      const items = [...rows.values()]
        .filter((row) => platform === undefined || row.platform === platform)
        .filter((row) => organizationId === undefined || row.organizationId === organizationId)
        .filter((row) => isActive === undefined || row.isActive === isActive)
        .filter((row) => before === undefined || row.id < before)
        .sort((one, other) => (one.id < other.id ? 1 : -1))
        .map(toInstallation);
      return { items: items.slice(0, limit), hasMore: items.length > limit };
    },

    async update(id, patch) {
      const row = rows.get(id);
      if (!row || Object.keys(patch).length === 0) return row && toInstallation(row);
      return store(toPatched(row, patch));
    },

    async delete(id) {
      const row = rows.get(id);
      rows.delete(id);
      return row && toInstallation(row);
    },

    async importAll(installations, { dryRun }) {
      const compared = installations.map((installation, index) => {
        const { id, platform, organizationId } = installation;
        const byId = id === undefined ? undefined : rows.get(id);
        return { installation, index, row: findRow({ platform, organizationId }) ?? byId };
      });
      const conflicts = compared.flatMap(({ installation, index, row }) =>
        !row || isAsImported(toRecord(row), installation)
          ? []
          : [{ index, installationId: row.id }],
      );
      if (conflicts.length > 0) return { created: 0, unchanged: 0, conflicts };
      const missing = compared.filter(({ row }) => !row);
      if (!dryRun) for (const { installation } of missing) store(toImportedRow(installation));
      const created = missing.length;
      return { created, unchanged: installations.length - created, conflicts };
    },

    async exportPage({ after, limit }) {
      const later = [...rows.values()]
        .filter((row) => after === undefined || row.id > after)
        .sort((one, other) => (one.id < other.id ? -1 : 1))
        .map((row) => ({ id: row.id, record: toRecord(row) }));
      return { rows: later.slice(0, limit), hasMore: later.length > limit };
    },

    async findToken(key) {
      const row = findRow(key);
      return row && toToken(row);
    },

    async findWebhookSecret(key) {
      return findRow(key)?.webhookSecret;
    },

    async findSecrets(key) {
      const row = findRow(key);
      return row && { ...row, installationId: row.id };
    },

    async deactivate(fence, reason, error) {
      const row = findAt(fence);
      if (!row || (!row.isActive && row.inactiveReason !== "suspended")) return false;
      if (row.leaseOwner !== null && row.leaseUntil > Date.now()) return false;
      const left = reason === "uninstalled" ? withoutTokens(row) : row;
      store({ ...left, isActive: false, inactiveReason: reason, lastRefreshError: error });
      return true;
    },

    async unsuspend(fence) {
      const row = findAt(fence);
      if (row?.inactiveReason !== "suspended") return;
      store({ ...row, isActive: true, inactiveReason: null });
    },

    async rename(fence, organizationName) {
      const row = findAt(fence);
      if (row) store({ ...row, organizationName });
    },

    async take(token) {
      const row = findAt(token);
      if (!row?.isActive || row.leaseUntil > Date.now()) return undefined;
      const owner = crypto.randomUUID();
      store({ ...row, leaseOwner: owner, leaseUntil: Date.now() + LEASE_MS });
      const rotatedSecondsAgo = row.rotatedAt && (Date.now() - row.rotatedAt.getTime()) / 1000;
      return { ...row, installationId: row.id, owner, rotatedSecondsAgo };
    },

    async extend(lease) {
      const row = findHeld(lease);
      if (row) store({ ...row, leaseUntil: Date.now() + LEASE_MS });
      return row !== undefined;
    },

    async write(lease, tokens, options) {
      const row = findHeld(lease);
      if (row) store(toRefreshed(row, lease, tokens, options));
      return row !== undefined;
    },

    async coolDown(lease, error, seconds) {
      const row = findHeld(lease);
      if (!row) return;
      const leaseUntil = Date.now() + seconds * 1000;
      store({ ...row, leaseOwner: null, leaseUntil, lastRefreshError: error });
    },

    async end(lease, reason, error) {
      const row = findHeld(lease);
      if (!row) return false;
      const left = reason === "uninstalled" ? withoutTokens(row) : row;
      store({ ...left, isActive: false, inactiveReason: reason, lastRefreshError: error });
      return true;
    },
  };
}
