import {
  createInstallationId,
  createWebhookSecret,
  type InactiveReason,
  type InstallationCreate,
  type InstallationUpdate,
  type InstalledGrant,
} from "../../../core/installation.ts";
import { isEnd } from "../../../core/ports/installation-events.ts";
import type { ImportedInstallation } from "../../../core/ports/installation-transfer.ts";
import type { TokenSet } from "../../../core/ports/provider.ts";
import type { FailedAttempt, RefreshLease } from "../../../core/ports/refresh-leases.ts";
import { type Row, registrationOf } from "./installation-row.ts";
import type { Tables } from "./tables.ts";

type Clock = Pick<Tables, "now">;
type EndContext = Pick<Tables, "now" | "retentionDays">;

const DAY_MS = 86_400_000;

const NO_LEASE = { leaseOwner: null, leaseUntil: 0 };

/** Neither the lease of a refresh nor an unknown outcome matters any more. */
const NO_REFRESH = { ...NO_LEASE, sentAt: null, attempts: 0, failures: 0 };

const NO_ROTATION = { previousRefreshToken: null, rotatedAt: null };

export function toNewRow(input: InstallationCreate, clock: Clock): Row {
  const now = new Date(clock.now());
  return {
    ...input,
    ...NO_REFRESH,
    ...NO_ROTATION,
    requestedBy: null,
    requestedById: null,
    approvedBy: null,
    permissions: input.permissions ?? {},
    senderId: null,
    senderInstallationId: null,
    id: createInstallationId(),
    registration: registrationOf(input),
    isActive: true,
    inactiveReason: null,
    grantEndsAt: null,
    lastRefreshedAt: null,
    lastRefreshError: null,
    lastLookedUpAt: null,
    installedAt: now,
    updatedAt: now,
    tokenStoredAt: now,
    aliveAt: null,
    tokenVersion: 1,
    grantVersion: 1,
    statusVersion: 1,
    wipeAt: null,
    webhooks: { host: null, ids: [], retired: [], version: 0, ...dueWebhooks(input, clock) },
    platformFields: null,
    rejectionCheckedAt: null,
    rejectionCheckedBy: null,
    falseReports: 0,
    narrowedVersion: 0,
    narrowedRejectedAt: null,
  };
}

/** Where webhooks are registered for each organization, they are due from the start. */
function dueWebhooks({ kind }: Pick<InstallationCreate, "kind">, { now }: Clock) {
  const isDue = kind === "jira_3lo";
  return { configuration: isDue ? "" : null, dueAt: isDue ? now() : null };
}

export function toImportedRow(imported: ImportedInstallation, context: EndContext): Row {
  const { webhookSecret = createWebhookSecret(), inactiveReason } = imported;
  const row = toNewRow({ ...imported, webhookSecret }, context);
  const hasEnded = inactiveReason !== null && isEnd(inactiveReason);
  return {
    ...row,
    id: imported.id ?? row.id,
    isActive: inactiveReason === null,
    inactiveReason,
    installedAt: imported.installedAt ?? row.installedAt,
    tokenStoredAt: imported.tokenStoredAt ?? row.tokenStoredAt,
    wipeAt: hasEnded ? wipeDate(context) : null,
  };
}

/** Returns an install with the dates on which its tokens expire. */
export function dated(input: InstalledGrant, clock: Clock): InstallationCreate {
  const { expiresInSeconds, refreshTokenExpiresInSeconds, ...fields } = input;
  return {
    ...fields,
    tokenExpiresAt: dateIn(expiresInSeconds, clock),
    refreshTokenExpiresAt: dateIn(refreshTokenExpiresInSeconds, clock),
  };
}

function dateIn(seconds: number | null, { now }: Clock): Date | null {
  return seconds === null ? null : new Date(now() + seconds * 1000);
}

/** Keeps the id, the webhook secret and `installedAt`, which other systems may refer to. */
export function toReinstalled(row: Row, input: InstallationCreate, clock: Clock): Row {
  return {
    ...row,
    ...input,
    ...NO_REFRESH,
    ...NO_ROTATION,
    permissions: input.permissions ?? {},
    registration: registrationOf(input),
    webhookSecret: row.webhookSecret,
    metadata: { ...row.metadata, ...input.metadata },
    isActive: true,
    inactiveReason: null,
    grantEndsAt: null,
    lastRefreshError: null,
    tokenStoredAt: new Date(clock.now()),
    aliveAt: null,
    tokenVersion: row.tokenVersion + 1,
    grantVersion: row.grantVersion + 1,
    statusVersion: row.statusVersion + 1,
    wipeAt: null,
    webhooks: {
      ...row.webhooks,
      ...dueWebhooks(input, clock),
      version: row.webhooks.version + 1,
    },
    platformFields: null,
  };
}

/** Returns whether a patch changes the tokens. */
export function changesTokens({
  accessToken,
  refreshToken,
  tokenExpiresAt,
}: InstallationUpdate): boolean {
  return [accessToken, refreshToken, tokenExpiresAt].some((field) => field !== undefined);
}

export function toPatched(row: Row, patch: InstallationUpdate, clock: Clock): Row {
  const { isActive, ...fields } = patch;
  const { accessToken, refreshToken } = fields;
  const hasNewTokens = changesTokens(patch);
  const isReauthorized = hasNewTokens && row.inactiveReason === "reauthorization_required";
  const active = isActive ?? (row.isActive || isReauthorized);
  const inactiveReason = isActive === false ? "disabled" : row.inactiveReason;
  return {
    ...row,
    ...(accessToken !== undefined && {
      ...NO_REFRESH,
      tokenExpiresAt: null,
      platformFields: null,
    }),
    ...(refreshToken !== undefined && {
      ...NO_REFRESH,
      ...NO_ROTATION,
      refreshTokenExpiresAt: null,
      grantVersion: row.grantVersion + (refreshToken === null ? 0 : 1),
    }),
    ...(hasNewTokens && {
      ...NO_LEASE,
      aliveAt: null,
      grantEndsAt: null,
      wipeAt: null,
      lastRefreshError: null,
      tokenStoredAt: new Date(clock.now()),
      tokenVersion: row.tokenVersion + 1,
    }),
    ...fields,
    isActive: active,
    inactiveReason: active ? null : inactiveReason,
    ...(active && { wipeAt: null }),
  };
}

export function toRefreshed(
  row: Row,
  lease: RefreshLease,
  {
    accessToken,
    refreshToken,
    expiresInSeconds,
    refreshTokenExpiresInSeconds,
    scopes,
    permissions,
  }: TokenSet,
  { keepPrevious, now }: { keepPrevious: boolean } & Clock,
): Row {
  const isRotated = refreshToken !== null && refreshToken !== lease.refreshToken;
  return {
    ...row,
    ...NO_REFRESH,
    accessToken,
    tokenExpiresAt: dateIn(expiresInSeconds, { now }),
    scopes: scopes.length > 0 ? scopes : row.scopes,
    permissions: permissions ?? row.permissions,
    ...(isRotated && {
      refreshToken,
      refreshTokenExpiresAt: dateIn(refreshTokenExpiresInSeconds, { now }),
      previousRefreshToken: keepPrevious ? lease.refreshToken : null,
      rotatedAt: new Date(now()),
    }),
    tokenStoredAt: new Date(now()),
    aliveAt: null,
    grantEndsAt: null,
    tokenVersion: row.tokenVersion + 1,
    lastRefreshedAt: new Date(now()),
    lastRefreshError: null,
  };
}

/** Ends a lease with a cool-down. */
export function toCooling(row: Row, attempt: FailedAttempt, { now }: Clock): Row {
  const { error, seconds, outcome, isAlive = false } = attempt;
  const left = { none: Math.max(0, row.attempts - 1), undone: 0, unknown: row.attempts };
  const attempts = left[outcome];
  return {
    ...row,
    attempts,
    sentAt: attempts === 0 ? null : row.sentAt,
    aliveAt: isAlive ? new Date(now()) : row.aliveAt,
    failures: row.failures + 1,
    leaseOwner: null,
    leaseUntil: now() + seconds * 1000,
    lastRefreshError: error,
  };
}

/** Deactivates an installation, and fences every write that was decided on its tokens. */
export function toInactive(
  row: Row,
  { reason, detail }: { reason: InactiveReason; detail: string | null },
  context: EndContext,
): Row {
  const inactive = {
    ...row,
    ...NO_REFRESH,
    isActive: false,
    inactiveReason: reason,
    lastRefreshError: detail,
    grantEndsAt: null,
    tokenVersion: row.tokenVersion + 1,
  };
  return isEnd(reason) ? wipedInTime(inactive, context) : inactive;
}

/** Lets a grant end when its access token expires: its refresh token is moved aside. */
export function toEnding(
  row: Row,
  { refreshToken, detail }: { refreshToken: string | null; detail: string },
  context: EndContext,
): Row {
  return {
    ...row,
    ...NO_REFRESH,
    previousRefreshToken: context.retentionDays === 0 ? null : refreshToken,
    refreshToken: null,
    refreshTokenExpiresAt: null,
    grantEndsAt: row.tokenExpiresAt,
    lastRefreshError: detail,
    tokenVersion: row.tokenVersion + 1,
    wipeAt: row.wipeAt ?? wipeDate(context),
  };
}

export function withoutTokens(row: Row): Row {
  return {
    ...row,
    previousRefreshToken: null,
    accessToken: null,
    refreshToken: null,
    tokenExpiresAt: null,
    refreshTokenExpiresAt: null,
    wipeAt: null,
  };
}

function wipedInTime(row: Row, context: EndContext): Row {
  if (context.retentionDays === 0) return withoutTokens(row);
  return { ...row, wipeAt: row.wipeAt ?? wipeDate(context) };
}

function wipeDate({ now, retentionDays }: EndContext): Date {
  return new Date(now() + retentionDays * DAY_MS);
}
