import type { TokenSet } from "../ports/provider.ts";
import type { FailedAttempt, RefreshLease, StoredExpiry } from "../ports/refresh-leases.ts";
import type { WithSealed } from "../sealing/sealed-columns.ts";
import type { Sealed } from "../sealing/sealer.ts";
import type { Sql } from "./connection.ts";

/** The fields that identify a lease. They fence every write under it. */
type HeldLease = Pick<RefreshLease, "installationId" | "tokenVersion" | "owner">;

/** A lease as it is read from its row. */
export type LeaseRow = WithSealed<Omit<RefreshLease, keyof HeldLease>> & {
  readonly registration: Sealed;
};

export interface SealedTokens {
  readonly accessToken: Sealed;
  /** `null` keeps the stored one. */
  readonly refreshToken: Sealed | null;
  readonly previousRefreshToken: Sealed | null;
  /** Whether the refresh token is another one than before. */
  readonly isRotated: boolean;
  /** The hash of their scopes or permissions; `null` keeps the stored one. */
  readonly granted: string | null;
  readonly isLookup: boolean;
}

/** Takes a lease and counts its attempt: once, also if this is repeated with the same owner. */
export function takeLease(
  sql: Sql,
  { installationId, tokenVersion, owner }: HeldLease,
  seconds: number,
) {
  return sql<[LeaseRow?]>`
    update installations set
      refresh_lease_owner = ${owner},
      refresh_lease_until = clock_timestamp() + make_interval(secs => ${seconds}),
      refresh_sent_at = coalesce(refresh_sent_at, clock_timestamp()),
      refresh_attempts = refresh_attempts
        + case when refresh_lease_owner is distinct from ${owner} then 1 else 0 end,
      token_alive_at = null
    where id = ${installationId}
      and token_version = ${tokenVersion}
      and is_active
      and (
        refresh_lease_until is null
        or refresh_lease_until < clock_timestamp()
        or refresh_lease_owner = ${owner}
      )
    returning
      platform,
      organization_id as "organizationId",
      kind,
      provider_installation_id as "providerInstallationId",
      client_id as "clientId",
      nullif(granted_key, '') as "grantedKey",
      registration,
      access_token as "accessToken",
      refresh_token as "refreshToken",
      previous_refresh_token as "previousRefreshToken",
      date_part('epoch', clock_timestamp() - refresh_rotated_at) as "rotatedSecondsAgo",
      refresh_attempts as attempts,
      date_part('epoch', clock_timestamp() - refresh_sent_at) as "sentSecondsAgo",
      refresh_failures as failures
  `;
}

/** Extends a lease and counts its next attempt: once, also if this is repeated with the same lease. */
export function extendLease(sql: Sql, lease: RefreshLease, seconds: number) {
  return sql<[Pick<RefreshLease, "attempts" | "sentSecondsAgo">?]>`
    update installations set
      refresh_lease_until = clock_timestamp() + make_interval(secs => ${seconds}),
      refresh_attempts = ${lease.attempts + 1}
    where ${isLeaseHeld(sql, lease)}
    returning
      refresh_attempts as attempts,
      date_part('epoch', clock_timestamp() - refresh_sent_at) as "sentSecondsAgo"
  `;
}

/** Ends a lease as if it had not been taken. */
export function giveBackLease(sql: Sql, lease: HeldLease) {
  return sql`
    update installations set
      ${uncountAttempt(sql)},
      refresh_lease_owner = null,
      refresh_lease_until = null
    where ${isLeaseHeld(sql, lease)}
  `;
}

/** Ends a lease with a cool-down. */
export function coolDown(
  sql: Sql,
  lease: HeldLease,
  { error, seconds, outcome, isAlive = false }: FailedAttempt,
) {
  const settled = {
    none: sql`${uncountAttempt(sql)},`,
    undone: sql`refresh_sent_at = null, refresh_attempts = 0,`,
    unknown: sql``,
  };
  return sql`
    update installations set
      ${settled[outcome]}
      ${isAlive ? sql`token_alive_at = clock_timestamp(),` : sql``}
      refresh_failures = refresh_failures + 1,
      refresh_lease_owner = null,
      refresh_lease_until = clock_timestamp() + make_interval(secs => ${seconds}),
      last_refresh_error = ${error},
      updated_at = clock_timestamp()
    where ${isLeaseHeld(sql, lease)}
  `;
}

/**
 * Writes new tokens and ends the lease. Returns `undefined` if they are not stored. It may be repeated, since no
 * other text is encrypted to the same value.
 */
export async function writeTokens(
  sql: Sql,
  lease: RefreshLease,
  { expiresInSeconds, refreshTokenExpiresInSeconds, scopes, permissions }: TokenSet,
  { accessToken, refreshToken, previousRefreshToken, isRotated, granted, isLookup }: SealedTokens,
): Promise<StoredExpiry | undefined> {
  const rotation = sql`
    refresh_token = ${refreshToken},
    refresh_token_expires_at =
      clock_timestamp() + make_interval(secs => ${refreshTokenExpiresInSeconds}),
    previous_refresh_token = ${previousRefreshToken},
    refresh_rotated_at = clock_timestamp(),
  `;
  const [written] = await sql<[StoredExpiry?]>`
    update installations set
      access_token = ${accessToken},
      token_expires_at = clock_timestamp() + make_interval(secs => ${expiresInSeconds}),
      token_stored_at = clock_timestamp(),
      token_alive_at = null,
      grant_ends_at = null,
      wipe_tokens_at = null,
      ${isRotated ? rotation : sql``}
      ${scopes.length > 0 ? sql`scopes = ${sql.json([...scopes])},` : sql``}
      ${permissions ? sql`permissions = ${sql.json(permissions)},` : sql``}
      ${granted === null ? sql`` : sql`granted_key = ${granted},`}
      token_version = token_version + 1,
      ${closeRefresh(sql)},
      last_refreshed_at = clock_timestamp(),
      ${isLookup ? sql`last_looked_up_at = clock_timestamp(),` : sql``}
      last_refresh_error = null,
      updated_at = clock_timestamp()
    where ${isLeaseHeld(sql, lease)}
    returning token_expires_at as "expiresAt"
  `;
  if (written) return written;
  const [own] = await sql<[StoredExpiry?]>`
    select token_expires_at as "expiresAt" from installations
    where id = ${lease.installationId} and access_token = ${accessToken}
  `;
  return own;
}

/** Returns the fence: the condition that the tokens are unchanged and the caller still has the lease. */
export function isLeaseHeld(sql: Sql, { installationId, tokenVersion, owner }: HeldLease) {
  return sql`
    id = ${installationId} and token_version = ${tokenVersion} and refresh_lease_owner = ${owner}
  `;
}

/** Ends any refresh: neither its lease nor its unknown outcome matters any more. */
export function closeRefresh(sql: Sql) {
  return sql`
    refresh_lease_owner = null,
    refresh_lease_until = null,
    refresh_sent_at = null,
    refresh_attempts = 0,
    refresh_failures = 0
  `;
}

/** Takes back what counted an attempt that had no effect. Others may still have an unknown outcome. */
function uncountAttempt(sql: Sql) {
  return sql`
    refresh_sent_at = case when refresh_attempts > 1 then refresh_sent_at end,
    refresh_attempts = refresh_attempts - 1
  `;
}
