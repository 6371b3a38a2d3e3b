import { ServiceError } from "../../../core/errors.ts";
import { grantedKey, isGrantChanged } from "../../../core/grants/granted-key.ts";
import { createWebhookSecret } from "../../../core/installation.ts";
import { PLATFORMS } from "../../../core/platforms.ts";
import { invalidLink } from "../../../core/ports/install-links.ts";
import { PERMISSIONS_CHANGED } from "../../../core/ports/installation-events.ts";
import type {
  GrantedSet,
  InstallationRepository,
} from "../../../core/ports/installation-repository.ts";
import {
  type Binding,
  type BoundInstallation,
  decideRebinding,
  hasEnded,
  requireUnpinned,
  UNBOUND,
} from "../../../core/ports/rebinding.ts";
import { isUsable } from "./install-links.ts";
import { listRows } from "./installation-list.ts";
import { type Row, toInstallation } from "./installation-row.ts";
import { changesTokens, dated, toNewRow, toPatched, toReinstalled } from "./row-changes.ts";
import { findRow, recordEvent, store, type Tables } from "./tables.ts";

const UNCLAIMED = {
  accessToken: null,
  refreshToken: null,
  tokenExpiresAt: null,
  refreshTokenExpiresAt: null,
  scopes: [],
  metadata: {},
};

/** Stores installations in memory. */
export function createMemoryInstallationRepository(tables: Tables): InstallationRepository {
  const { installations, links, now } = tables;

  return {
    async create(input) {
      const existing = findRow(tables, input);
      if (existing && existing.inactiveReason !== "unclaimed") {
        throw duplicate(PLATFORMS[input.platform].displayName);
      }
      const newRow = toNewRow(input, tables);
      const row = store(tables, { ...newRow, id: existing?.id ?? newRow.id });
      const change = recordEvent(tables, row, { type: "created", reason: null });
      return { ...change, installation: toInstallation(row, tables) };
    },

    async upsert(grant, { refusesSharedAccounts = false, onlyUnclaimed = false, ...options } = {}) {
      const binding = { ...UNBOUND, ...options };
      const input = dated(grant, tables);
      const existing = findRow(tables, input);
      const decision =
        existing && decideRebinding(toBound(existing, binding), binding, input.installedById);
      if (onlyUnclaimed && decision !== "claim") throw invalidClaim();
      if (!existing) requireUnpinned(binding);
      const isReinstall = decision === "reinstall";
      const newRow = toNewRow(input, tables);
      const next =
        existing && isReinstall
          ? toReinstalled(existing, input, tables)
          : { ...newRow, ...(existing && keptOf(existing, newRow, decision)) };
      const { hasSharedAccount } = toInstallation(next, tables);
      if (refusesSharedAccounts && hasSharedAccount) throw sharedAccount();
      const link = binding.link && links.get(binding.link.id);
      if (binding.link && !isUsable(link ?? undefined)) throw invalidLink("used");
      if (link) links.set(link.id, { ...link, usedAt: new Date(now()), usedBy: next.id });
      if (existing) installations.delete(existing.id);
      const row = store(tables, next);
      const change = recordEvent(tables, row, {
        type: isReinstall ? "reinstalled" : decision === "rebind" ? "rebound" : "created",
        reason: null,
        installerChanged: isReinstall && existing?.installedById !== row.installedById,
        previousInstallationId: (decision === "rebind" && existing?.id) || null,
      });
      const result = {
        ...change,
        installation: toInstallation(row, tables),
        created: !isReinstall,
      };
      const { scopes = [], permissions = {} } = (isReinstall && existing) || {};
      const before = grantedKey({ ...row, scopes, permissions });
      if (!isGrantChanged(before, grantedKey(row))) return result;
      return { ...result, permissionsEvent: recordEvent(tables, row, PERMISSIONS_CHANGED).event };
    },

    async addUnclaimed({ requester, ...input }) {
      const sender = {
        senderId: input.installedById,
        senderInstallationId: input.providerInstallationId,
      };
      const existing = findRow(tables, input);
      if (existing) {
        installations.set(existing.id, { ...existing, ...sender });
        return false;
      }
      const row = toNewRow(
        { ...input, ...UNCLAIMED, webhookSecret: createWebhookSecret() },
        tables,
      );
      const stored = store(tables, {
        ...row,
        ...sender,
        isActive: false,
        inactiveReason: "unclaimed",
        requestedBy: requester?.name ?? null,
        requestedById: requester?.id ?? null,
        approvedBy: requester && input.installedBy,
      });
      recordEvent(tables, stored, { type: "unclaimed", reason: null });
      return true;
    },

    async findSender({ providerInstallationId, ...key }) {
      const row = findRow(tables, key);
      const isSame = row?.senderInstallationId === providerInstallationId;
      return (isSame && row?.senderId) || undefined;
    },

    async find(key) {
      const row = findRow(tables, key);
      return row && toInstallation(row, tables);
    },

    async findGrantVersion(id) {
      return installations.get(id)?.grantVersion;
    },

    async findByProviderIds(platform, ids) {
      return [...installations.values()].flatMap((row) => {
        const { id, organizationId, inactiveReason, providerInstallationId } = row;
        const isFound =
          providerInstallationId !== null &&
          row.platform === platform &&
          ids.includes(providerInstallationId);
        return isFound ? [{ id, organizationId, inactiveReason, providerInstallationId }] : [];
      });
    },

    async listGrants() {
      const grants = new Map<string, GrantedSet>();
      for (const { platform, kind, clientId, scopes, permissions } of installations.values()) {
        const granted = { platform, kind, clientId, scopes, permissions };
        const key = grantedKey(granted);
        if (key !== null) grants.set(key, { ...granted, key });
      }
      return {
        grants: [...grants.values()].sort((one, other) => (one.key < other.key ? -1 : 1)),
        hasUnknown: [...installations.values()].some(
          (row) => row.isActive && grantedKey(row) === null,
        ),
      };
    },

    async list(filter, page) {
      const { rows, ...rest } = listRows([...installations.values()], filter, page);
      return { ...rest, items: rows.map((row) => toInstallation(row, tables)) };
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
      if (row.inactiveReason === "uninstalled" || row.inactiveReason === "unclaimed")
        return { event: null, installation };
      const change = recordEvent(tables, row, { type: "uninstalled", reason: "deleted" });
      return { ...change, installation };
    },
  };
}

/** Returns what the row that replaces another one keeps. */
function keptOf(row: Row, next: Row, decision: "reinstall" | "rebind" | "claim" | undefined) {
  const { id, requestedBy, requestedById, approvedBy, senderId, senderInstallationId } = row;
  const sender = { senderId, senderInstallationId };
  if (decision !== "claim") return sender;
  const metadata = { ...row.metadata, ...next.metadata };
  return { id, metadata, requestedBy, requestedById, approvedBy, ...sender };
}

function invalidClaim(): ServiceError {
  return new ServiceError("installation_bound_elsewhere", "Somebody has connected it.");
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

function toBound(row: Row, { customer }: Binding): BoundInstallation {
  const { id, inactiveReason, installedById } = row;
  const isUnclaimed = inactiveReason === "unclaimed";
  const stored = Object.entries(row.metadata);
  return {
    id,
    hasEnded: hasEnded(inactiveReason),
    isSameCustomer: Object.entries(customer).every(([key, value]) =>
      stored.some(([name, text]) => name === key && text === value),
    ),
    installedById,
    isUnclaimed,
  };
}
