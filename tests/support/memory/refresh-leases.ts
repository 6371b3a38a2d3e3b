import { randomUUID } from "node:crypto";
import { grantedKey, isGrantChanged } from "../../../core/grants/granted-key.ts";
import type { InactiveReason } from "../../../core/installation.ts";
import {
  type Change,
  inactiveEventType,
  PERMISSIONS_CHANGED,
} from "../../../core/ports/installation-events.ts";
import type { RefreshLease, RefreshLeases } from "../../../core/ports/refresh-leases.ts";
import type { TokenFence } from "../../../core/ports/token-store.ts";
import { opened, type Row } from "./installation-row.ts";
import { toCooling, toEnding, toInactive, toRefreshed } from "./row-changes.ts";
import { recordEvent, store, type Tables } from "./tables.ts";

/** Stores each lease in the row of its installation. */
export function createMemoryRefreshLeases(tables: Tables): RefreshLeases {
  const { installations, now } = tables;

  function findAt({ installationId, tokenVersion }: TokenFence): Row | undefined {
    const row = installations.get(installationId);
    return row?.tokenVersion === tokenVersion ? row : undefined;
  }

  function findHeld(lease: RefreshLease): Row | undefined {
    const row = findAt(lease);
    return row?.leaseOwner === lease.owner ? row : undefined;
  }

  return {
    async take(token, { seconds }) {
      const row = findAt(token);
      if (!row?.isActive || row.leaseUntil > now()) return undefined;
      opened(row);
      const taken = {
        ...row,
        leaseOwner: randomUUID(),
        leaseUntil: now() + seconds * 1000,
        sentAt: row.sentAt ?? new Date(now()),
        attempts: row.attempts + 1,
        aliveAt: null,
      };
      store(tables, taken);
      return toLease(taken, taken.leaseOwner, tables);
    },

    async extend(lease, { seconds }) {
      const row = findHeld(lease);
      if (!row) return undefined;
      const leaseUntil = now() + seconds * 1000;
      const extended = { ...row, leaseUntil, attempts: row.attempts + 1, aliveAt: null };
      store(tables, extended);
      const { attempts, sentSecondsAgo } = toLease(extended, lease.owner, tables);
      return { ...lease, attempts, sentSecondsAgo };
    },

    async write(lease, tokens, { keepPrevious, isLookup = false }) {
      const row = findHeld(lease);
      if (!row) return undefined;
      const refreshed = store(tables, {
        ...toRefreshed(row, lease, tokens, { keepPrevious, now }),
        ...(isLookup && { lastLookedUpAt: new Date(now()) }),
      });
      const written = { expiresAt: refreshed.tokenExpiresAt };
      if (!isGrantChanged(lease.grantedKey, grantedKey(refreshed))) return written;
      return { ...written, ...recordEvent(tables, refreshed, PERMISSIONS_CHANGED) };
    },

    async coolDown(lease, attempt) {
      const row = findHeld(lease);
      if (row) store(tables, toCooling(row, attempt, tables));
      return row !== undefined;
    },

    async coolDownUnleased(fence, { error, seconds }) {
      const row = findAt(fence);
      const leaseUntil = now() + seconds * 1000;
      const isHeld = row?.leaseOwner !== null && (row?.leaseUntil ?? 0) > now();
      if (!row?.isActive || isHeld || row.leaseUntil > leaseUntil) return;
      const failures = row.failures + 1;
      store(tables, { ...row, leaseOwner: null, leaseUntil, failures, lastRefreshError: error });
    },

    async end(lease, reason, detail) {
      const row = findHeld(lease);
      const statusVersion = (row?.statusVersion ?? 0) + 1;
      return row && storeEnd(tables, { ...row, statusVersion }, { reason, detail });
    },

    async endLater(lease, detail) {
      const row = findHeld(lease);
      if (!row?.tokenExpiresAt) return undefined;
      const { refreshToken } = lease;
      const ending = store(tables, toEnding(row, { refreshToken, detail }, tables));
      return recordEvent(tables, ending, { type: "reauthorization_required", reason: detail });
    },
  };
}

/** Deactivates an installation, with the event of the reason, if it has one. */
export function storeEnd(
  tables: Tables,
  row: Row,
  end: { reason: InactiveReason; detail: string | null },
): Change {
  const ended = store(tables, toInactive(row, end, tables));
  const type = inactiveEventType(end.reason);
  if (!type) return { event: null };
  return recordEvent(tables, ended, { type, reason: end.detail ?? end.reason });
}

function toLease(row: Row, owner: string, { now }: Tables): RefreshLease {
  const secondsSince = (date: Date) => (now() - date.getTime()) / 1000;
  return {
    installationId: row.id,
    owner,
    tokenVersion: row.tokenVersion,
    platform: row.platform,
    organizationId: row.organizationId,
    kind: row.kind,
    providerInstallationId: row.providerInstallationId,
    clientId: row.clientId,
    grantedKey: grantedKey(row),
    accessToken: row.accessToken,
    refreshToken: row.refreshToken,
    previousRefreshToken: row.previousRefreshToken,
    rotatedSecondsAgo: row.rotatedAt && secondsSince(row.rotatedAt),
    attempts: row.attempts,
    sentSecondsAgo: row.sentAt ? secondsSince(row.sentAt) : 0,
    failures: row.failures,
  };
}
