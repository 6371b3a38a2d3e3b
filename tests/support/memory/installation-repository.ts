import { ServiceError } from "../../../core/errors.ts";
import { PLATFORMS } from "../../../core/platforms.ts";
import { invalidLink, requirePinned } from "../../../core/ports/install-links.ts";
import type { InstallationRepository } from "../../../core/ports/installation-repository.ts";
import { isUsable } from "./install-links.ts";
import { toInstallation } from "./installation-row.ts";
import { changesTokens, dated, toNewRow, toPatched, toReinstalled } from "./row-changes.ts";
import { findRow, recordEvent, store, type Tables } from "./tables.ts";

/** Stores installations in memory. */
export function createMemoryInstallationRepository(tables: Tables): InstallationRepository {
  const { installations, links, now } = tables;

  return {
    async create(input) {
      if (findRow(tables, input)) throw duplicate(PLATFORMS[input.platform].displayName);
      const row = store(tables, toNewRow(input, tables));
      const change = recordEvent(tables, row, { type: "created", reason: null });
      return { ...change, installation: toInstallation(row, tables) };
    },

    async upsert(grant, { refusesSharedAccounts = false, link = null } = {}) {
      const input = dated(grant, tables);
      const existing = findRow(tables, input);
      const next = existing ? toReinstalled(existing, input, tables) : toNewRow(input, tables);
      const { hasSharedAccount } = toInstallation(next, tables);
      if (refusesSharedAccounts && hasSharedAccount) throw sharedAccount();
      if (link) {
        requirePinned(link, next.id);
        const linkRow = links.get(link.id);
        if (!isUsable(linkRow)) throw invalidLink("used");
        links.set(link.id, { ...linkRow, usedAt: new Date(now()), usedBy: next.id });
      }
      const row = store(tables, next);
      const type = existing ? "reinstalled" : "created";
      const change = recordEvent(tables, row, { type, reason: null });
      return { ...change, installation: toInstallation(row, tables), created: !existing };
    },

    async find(key) {
      const row = findRow(tables, key);
      return row && toInstallation(row, tables);
    },

    async findGrantVersion(id) {
      return installations.get(id)?.grantVersion;
    },

    async list({ platform, organizationId, isActive }, { limit, before }) {
      const items = [...installations.values()]
        .filter((row) => platform === undefined || row.platform === platform)
        .filter((row) => organizationId === undefined || row.organizationId === organizationId)
        .filter((row) => isActive === undefined || row.isActive === isActive)
        .filter((row) => before === undefined || row.id < before)
        .sort((one, other) => (one.id < other.id ? 1 : -1))
        .map((row) => toInstallation(row, tables));
      return { items: items.slice(0, limit), hasMore: items.length > limit };
    },

    async update(id, patch) {
      const row = installations.get(id);
      if (!row || Object.keys(patch).length === 0) return row && toInstallation(row, tables);
      const isRefreshing = row.leaseOwner !== null && row.leaseUntil > now();
      if (changesTokens(patch) && typeof patch.refreshToken !== "string" && isRefreshing) {
        throw refreshing();
      }
      return toInstallation(store(tables, toPatched(row, patch, tables)), tables);
    },

    async delete(id, grantVersion) {
      const row = installations.get(id);
      if (row?.grantVersion !== grantVersion) return undefined;
      installations.delete(id);
      const installation = toInstallation(row, tables);
      // Its end was published before, e.g. by a webhook during the revocation.
      if (row.inactiveReason === "uninstalled") return { event: null, installation };
      const change = recordEvent(tables, row, { type: "uninstalled", reason: "deleted" });
      return { ...change, installation };
    },
  };
}

function duplicate(platform: string): ServiceError {
  return new ServiceError(
    "duplicate_installation",
    `This organization already has an installation on ${platform}.`,
  );
}

function sharedAccount(): ServiceError {
  return new ServiceError("shared_account", "The account is used for another organization.");
}

function refreshing(): ServiceError {
  return new ServiceError("retry_later", "The tokens are being refreshed. Retry later.");
}
