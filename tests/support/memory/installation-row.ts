import {
  createInstallationId,
  createWebhookSecret,
  type Installation,
  type InstallationCreate,
  type InstallationUpdate,
} from "../../../core/installation.ts";
import type {
  ImportedInstallation,
  InstallationRecord,
} from "../../../core/ports/installation-transfer.ts";
import type { TokenSet } from "../../../core/ports/provider.ts";
import type { RefreshLease } from "../../../core/ports/refresh-leases.ts";
import type { StoredToken } from "../../../core/ports/token-store.ts";

/** An installation with the other columns of its PostgreSQL table, unencrypted. */
export interface Row extends Omit<Installation, "hasRefreshToken"> {
  readonly accessToken: string | null;
  readonly refreshToken: string | null;
  readonly previousRefreshToken: string | null;
  readonly webhookSecret: string;
  readonly tokenStoredAt: Date;
  readonly tokenVersion: number;
  readonly rotatedAt: Date | null;
  readonly leaseOwner: string | null;
  /** Epoch milliseconds. */
  readonly leaseUntil: number;
}

const NO_LEASE = { leaseOwner: null, leaseUntil: 0 };

const NO_ROTATION = { previousRefreshToken: null, rotatedAt: null };

export function toNewRow(input: InstallationCreate): Row {
  const now = new Date();
  return {
    ...input,
    ...NO_LEASE,
    ...NO_ROTATION,
    id: createInstallationId(),
    isActive: true,
    inactiveReason: null,
    lastRefreshedAt: null,
    lastRefreshError: null,
    installedAt: now,
    updatedAt: now,
    tokenStoredAt: now,
    tokenVersion: 1,
  };
}

export function toImportedRow(imported: ImportedInstallation): Row {
  const { webhookSecret = createWebhookSecret(), inactiveReason } = imported;
  const row = toNewRow({ ...imported, webhookSecret });
  return {
    ...row,
    id: imported.id ?? row.id,
    isActive: inactiveReason === null,
    inactiveReason,
    installedAt: imported.installedAt ?? row.installedAt,
    tokenStoredAt: imported.tokenStoredAt ?? row.tokenStoredAt,
  };
}

export function toRecord(row: Row): InstallationRecord {
  return {
    id: row.id,
    platform: row.platform,
    organizationId: row.organizationId,
    organizationName: row.organizationName,
    kind: row.kind,
    providerInstallationId: row.providerInstallationId,
    accessToken: row.accessToken,
    refreshToken: row.refreshToken,
    tokenExpiresAt: row.tokenExpiresAt,
    tokenStoredAt: row.tokenStoredAt,
    refreshTokenExpiresAt: row.refreshTokenExpiresAt,
    scopes: row.scopes,
    webhookSecret: row.webhookSecret,
    metadata: row.metadata,
    inactiveReason: row.inactiveReason,
    installedAt: row.installedAt,
    installedBy: row.installedBy,
    installedById: row.installedById,
  };
}

export function toReinstalled(row: Row, input: InstallationCreate): Row {
  return {
    ...row,
    ...input,
    ...NO_LEASE,
    ...NO_ROTATION,
    webhookSecret: row.webhookSecret,
    metadata: { ...row.metadata, ...input.metadata },
    isActive: true,
    inactiveReason: null,
    lastRefreshError: null,
    tokenStoredAt: new Date(),
    tokenVersion: row.tokenVersion + 1,
  };
}

export function toPatched(row: Row, { isActive, ...fields }: InstallationUpdate): Row {
  const { accessToken, refreshToken, tokenExpiresAt } = fields;
  const changesTokens = [accessToken, refreshToken, tokenExpiresAt].some(
    (field) => field !== undefined,
  );
  const isReauthorized = changesTokens && row.inactiveReason === "reauthorization_required";
  const active = isActive ?? (row.isActive || isReauthorized);
  const inactiveReason = isActive === false ? "disabled" : row.inactiveReason;
  return {
    ...row,
    ...(accessToken !== undefined && { tokenExpiresAt: null }),
    ...(refreshToken !== undefined && { refreshTokenExpiresAt: null, ...NO_ROTATION }),
    ...(changesTokens && {
      ...NO_LEASE,
      lastRefreshError: null,
      tokenStoredAt: new Date(),
      tokenVersion: row.tokenVersion + 1,
    }),
    ...fields,
    isActive: active,
    inactiveReason: active ? null : inactiveReason,
  };
}

export function toRefreshed(
  row: Row,
  lease: RefreshLease,
  { accessToken, refreshToken, expiresAt, refreshTokenExpiresAt, scopes }: TokenSet,
  { keepPrevious }: { keepPrevious: boolean },
): Row {
  const isRotated = refreshToken !== null && refreshToken !== lease.refreshToken;
  return {
    ...row,
    ...NO_LEASE,
    accessToken,
    tokenExpiresAt: expiresAt,
    scopes: scopes.length > 0 ? scopes : row.scopes,
    ...(isRotated && {
      refreshToken,
      refreshTokenExpiresAt,
      previousRefreshToken: keepPrevious ? lease.refreshToken : null,
      rotatedAt: new Date(),
    }),
    tokenStoredAt: new Date(),
    tokenVersion: row.tokenVersion + 1,
    lastRefreshedAt: new Date(),
    lastRefreshError: null,
  };
}

export function withoutTokens(row: Row): Row {
  return {
    ...row,
    ...NO_LEASE,
    ...NO_ROTATION,
    accessToken: null,
    refreshToken: null,
    tokenExpiresAt: null,
    refreshTokenExpiresAt: null,
    tokenVersion: row.tokenVersion + 1,
  };
}

export function toInstallation(row: Row): Installation {
  return {
    id: row.id,
    platform: row.platform,
    organizationId: row.organizationId,
    organizationName: row.organizationName,
    kind: row.kind,
    providerInstallationId: row.providerInstallationId,
    scopes: row.scopes,
    metadata: row.metadata,
    isActive: row.isActive,
    inactiveReason: row.inactiveReason,
    hasRefreshToken: row.refreshToken !== null,
    tokenExpiresAt: row.tokenExpiresAt,
    refreshTokenExpiresAt: row.refreshTokenExpiresAt,
    lastRefreshedAt: row.lastRefreshedAt,
    lastRefreshError: row.lastRefreshError,
    installedAt: row.installedAt,
    installedBy: row.installedBy,
    installedById: row.installedById,
    updatedAt: row.updatedAt,
  };
}

export function toToken(row: Row): StoredToken {
  const { id, accessToken, tokenExpiresAt, tokenStoredAt, tokenVersion } = row;
  const secondsFrom = (start: number) =>
    tokenExpiresAt && (tokenExpiresAt.getTime() - start) / 1000;
  return {
    ...toInstallation(row),
    installationId: id,
    accessToken: row.isActive ? accessToken : null,
    expiresAt: tokenExpiresAt,
    lifeLeftSeconds: secondsFrom(Date.now()),
    lifetimeSeconds: secondsFrom(tokenStoredAt.getTime()),
    isCoolingDown: row.leaseOwner === null && row.leaseUntil > Date.now(),
    tokenVersion,
  };
}
