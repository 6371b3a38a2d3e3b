import { ServiceError } from "../../../core/errors.ts";
import type { Installation, InstallationCreate } from "../../../core/installation.ts";
import type { InstallationRecord } from "../../../core/ports/installation-transfer.ts";
import type { PlatformFields } from "../../../core/ports/platform-fields.ts";
import type { StoredSecrets, StoredToken } from "../../../core/ports/token-store.ts";

/** An installation with the other columns of its PostgreSQL table, unencrypted. */
export interface Row extends Omit<Installation, "hasRefreshToken" | "hasSharedAccount"> {
  /** The fields that the tokens were stored for: they cannot be read after one of these was changed. */
  readonly registration: string;
  readonly senderId: string | null;
  readonly senderInstallationId: string | null;
  readonly accessToken: string | null;
  readonly refreshToken: string | null;
  readonly previousRefreshToken: string | null;
  readonly webhookSecret: string;
  readonly tokenStoredAt: Date;
  readonly aliveAt: Date | null;
  readonly tokenVersion: number;
  readonly leaseOwner: string | null;
  /** Epoch milliseconds; 0 without a lease or a cool-down. */
  readonly leaseUntil: number;
  readonly sentAt: Date | null;
  readonly attempts: number;
  readonly failures: number;
  readonly rotatedAt: Date | null;
  readonly grantVersion: number;
  readonly statusVersion: number;
  readonly wipeAt: Date | null;
  readonly webhooks: {
    readonly host: string | null;
    readonly ids: readonly string[];
    readonly retired: readonly string[];
    /** `null` for a kind of app without them. */
    readonly configuration: string | null;
    /** Epoch milliseconds. */
    readonly dueAt: number | null;
    readonly version: number;
  };
  readonly platformFields: PlatformFields | null;
  /** Epoch milliseconds. */
  readonly rejectionCheckedAt: number | null;
  readonly rejectionCheckedBy: string | null;
  readonly falseReports: number;
  readonly narrowedVersion: number;
  /** Epoch milliseconds. */
  readonly narrowedRejectedAt: number | null;
}

type Registered = Pick<
  InstallationCreate,
  "platform" | "organizationId" | "kind" | "providerInstallationId" | "clientId"
>;

/** Returns the value that a row's `registration` must have. */
export function registrationOf(row: Registered): string {
  const { platform, organizationId, kind, providerInstallationId, clientId } = row;
  return JSON.stringify([platform, organizationId, kind, providerInstallationId, clientId]);
}

/**
 * Returns a row that was not changed by somebody without the key.
 *
 * @throws {ServiceError} `decryption_failed`
 */
export function opened(row: Row): Row {
  if (row.registration === registrationOf(row)) return row;
  throw new ServiceError("decryption_failed", "A stored value cannot be decrypted.");
}

interface Rows {
  readonly installations: ReadonlyMap<string, Row>;
}

export function toInstallation(row: Row, { installations }: Rows): Installation {
  return {
    id: row.id,
    platform: row.platform,
    organizationId: row.organizationId,
    organizationName: row.organizationName,
    kind: row.kind,
    providerInstallationId: row.providerInstallationId,
    clientId: row.clientId,
    scopes: row.scopes,
    permissions: row.permissions,
    metadata: row.metadata,
    isActive: row.isActive,
    inactiveReason: row.inactiveReason,
    hasRefreshToken: row.refreshToken !== null,
    tokenExpiresAt: row.tokenExpiresAt,
    refreshTokenExpiresAt: row.refreshTokenExpiresAt,
    grantEndsAt: row.grantEndsAt,
    lastRefreshedAt: row.lastRefreshedAt,
    lastRefreshError: row.lastRefreshError,
    installedAt: row.installedAt,
    installedBy: row.installedBy,
    installedById: row.installedById,
    requestedBy: row.requestedBy,
    requestedById: row.requestedById,
    approvedBy: row.approvedBy,
    hasSharedAccount: [...installations.values()].some((other) => isOfSameAccount(row, other)),
    lastLookedUpAt: row.lastLookedUpAt,
    updatedAt: row.updatedAt,
  };
}

/** Returns whether tokens that act as their installer belong to the same person, for another organization. */
function isOfSameAccount(row: Row, other: Row): boolean {
  const { kind, installedById, clientId } = row;
  const isSame = other.installedById === installedById && other.clientId === clientId;
  const isPersonal = kind === "jira_3lo" && other.kind === kind && installedById !== null;
  return isPersonal && isSame && other.isActive && other.id !== row.id;
}

export function toToken(row: Row, now: number): StoredToken {
  const { tokenExpiresAt, aliveAt } = row;
  const isCoolingDown = row.leaseOwner === null && row.leaseUntil > now;
  return {
    installationId: row.id,
    platform: row.platform,
    organizationId: row.organizationId,
    organizationName: row.organizationName,
    kind: row.kind,
    isActive: row.isActive,
    inactiveReason: row.inactiveReason,
    accessToken: row.isActive ? row.accessToken : null,
    hasRefreshToken: row.refreshToken !== null,
    scopes: row.scopes,
    permissions: row.permissions,
    expiresAt: tokenExpiresAt,
    readAt: new Date(now),
    lifeLeftSeconds: tokenExpiresAt && (tokenExpiresAt.getTime() - now) / 1000,
    lifetimeSeconds:
      tokenExpiresAt && (tokenExpiresAt.getTime() - row.tokenStoredAt.getTime()) / 1000,
    providerInstallationId: row.providerInstallationId,
    platformFields: row.platformFields,
    clientId: row.clientId,
    refreshAttempts: row.attempts,
    refreshFailures: row.failures,
    aliveSecondsAgo: aliveAt && (now - aliveAt.getTime()) / 1000,
    grantEndsAt: row.grantEndsAt,
    coolDownSeconds: isCoolingDown ? (row.leaseUntil - now) / 1000 : null,
    lastRefreshError: row.lastRefreshError,
    tokenVersion: row.tokenVersion,
    statusVersion: row.statusVersion,
    narrowedVersion: row.narrowedVersion,
    isLookupRecent: row.lastLookedUpAt !== null && row.lastLookedUpAt.getTime() > now - 3_600_000,
  };
}

export function toSecrets(row: Row, now: number): StoredSecrets {
  const { tokenExpiresAt } = row;
  return {
    installationId: row.id,
    platform: row.platform,
    organizationId: row.organizationId,
    organizationName: row.organizationName,
    kind: row.kind,
    inactiveReason: row.inactiveReason,
    providerInstallationId: row.providerInstallationId,
    clientId: row.clientId,
    permissions: row.permissions,
    accessToken: row.accessToken,
    refreshToken: row.refreshToken,
    lifeLeftSeconds: tokenExpiresAt && (tokenExpiresAt.getTime() - now) / 1000,
    tokenVersion: row.tokenVersion,
    grantVersion: row.grantVersion,
    statusVersion: row.statusVersion,
    isRefreshOpen: row.attempts > 0,
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
    clientId: row.clientId,
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
