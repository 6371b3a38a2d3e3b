import type { Installation, InstallationUpdate } from "../installation.ts";
import type { RowKey, WithSealed } from "../sealing/sealed-columns.ts";
import type { Sealed } from "../sealing/sealer.ts";
import type { SearchKeys } from "../search-keys.ts";
import type { Sql } from "./connection.ts";
import { installationColumns } from "./installation-columns.ts";
import { closeRefresh } from "./refresh-lease-statements.ts";

/** A partial update, with its tokens and secrets encrypted. */
export type SealedUpdate = WithSealed<InstallationUpdate> & {
  readonly grantedKey?: string | null;
} & Partial<SearchKeys>;

/** Returns whether an update replaces a token, or changes when it expires. */
function changesTokens({ accessToken, refreshToken, tokenExpiresAt }: SealedUpdate): boolean {
  return [accessToken, refreshToken, tokenExpiresAt].some((field) => field !== undefined);
}

/**
 * Updates the fields of the patch, from a fixed list of columns: no key of a caller reaches the statement.
 *
 * Tokens and scopes are updated only while the row has the registration that they were encrypted for, and, unless a
 * refresh token replaces what a refresh has sent, during no refresh.
 */
export async function update(
  sql: Sql,
  id: string,
  patch: SealedUpdate,
  row: RowKey,
): Promise<Installation | undefined> {
  const { organizationName, nameKey = null, scopes, grantedKey = null, webhookSecret } = patch;
  const { metadata, customer = null } = patch;
  const [updated] = await sql<[Installation?]>`
    update installations set
      ${organizationName === undefined ? sql`` : sql`organization_name = ${organizationName}, name_key = ${nameKey},`}
      ${scopes === undefined ? sql`` : sql`scopes = ${sql.json([...scopes])}, ${grantedKeyChange(sql, grantedKey)},`}
      ${metadata === undefined ? sql`` : sql`metadata = ${sql.json(metadata)}, customer = ${customer},`}
      ${webhookSecret === undefined ? sql`` : sql`webhook_secret = ${webhookSecret},`}
      ${changesTokens(patch) ? tokenChanges(sql, patch) : sql``}
      ${activityChanges(sql, patch)}
      ${changesTokens(patch) || patch.isActive === true ? sql`wipe_tokens_at = null,` : sql``}
      updated_at = clock_timestamp()
    where id = ${id}
      ${isForRegistration(patch) ? sql`and ${hasRegistration(sql, row)}` : sql``}
      ${needsNoRefresh(patch) ? sql`and ${isNotRefreshing(sql)}` : sql``}
    returning ${installationColumns(sql)}
  `;
  return updated;
}

/** Returns whether an update is right only for the app that the grant was made with. */
function isForRegistration(patch: SealedUpdate): boolean {
  return changesTokens(patch) || patch.scopes !== undefined;
}

/** The grant of a GitHub App has permissions, which an update of the scopes does not change. */
function grantedKeyChange(sql: Sql, grantedKey: string | null) {
  return sql`granted_key = case when kind = 'github_app' then granted_key else ${grantedKey} end`;
}

/** Returns whether an update would make a refresh that is under way lose its tokens. */
function needsNoRefresh(patch: SealedUpdate): boolean {
  return changesTokens(patch) && typeof patch.refreshToken !== "string";
}

function hasRegistration(sql: Sql, { kind, providerInstallationId, clientId }: RowKey) {
  const isSame =
    providerInstallationId === null
      ? sql`provider_installation_id is null`
      : sql`provider_installation_id = ${providerInstallationId}`;
  return sql`kind = ${kind} and client_id = ${clientId} and ${isSame}`;
}

function isNotRefreshing(sql: Sql) {
  return sql`(refresh_lease_owner is null or refresh_lease_until < clock_timestamp())`;
}

function tokenChanges(sql: Sql, patch: SealedUpdate) {
  const { accessToken, refreshToken, tokenExpiresAt } = patch;
  const replacesToken = accessToken !== undefined || refreshToken !== undefined;
  // A new access token without an expiry must not keep the expiry of the old one.
  const expiresAt = accessToken === undefined ? tokenExpiresAt : (tokenExpiresAt ?? null);
  return sql`
    ${accessToken === undefined ? sql`` : sql`access_token = ${accessToken}, platform_fields = null,`}
    ${expiresAt === undefined ? sql`` : sql`token_expires_at = ${expiresAt},`}
    ${refreshToken === undefined ? sql`` : sql`${refreshTokenChanges(sql, refreshToken)},`}
    ${replacesToken ? closeRefresh(sql) : endLease(sql)},
    grant_ends_at = null,
    token_alive_at = null,
    token_stored_at = clock_timestamp(),
    token_version = token_version + 1,
    last_refresh_error = null,
  `;
}

function endLease(sql: Sql) {
  return sql`refresh_lease_owner = null, refresh_lease_until = null`;
}

function refreshTokenChanges(sql: Sql, refreshToken: Sealed | null) {
  return sql`
    refresh_token = ${refreshToken},
    refresh_token_expires_at = null,
    previous_refresh_token = null,
    refresh_rotated_at = null,
    grant_version = grant_version + ${refreshToken === null ? 0 : 1}
  `;
}

/** New tokens reactivate an installation that needed them, and no other. */
function activityChanges(sql: Sql, patch: SealedUpdate) {
  if (patch.isActive === true) return sql`is_active = true, inactive_reason = null,`;
  if (patch.isActive === false) return sql`is_active = false, inactive_reason = 'disabled',`;
  if (!changesTokens(patch)) return sql``;
  return sql`
    is_active = is_active or inactive_reason = 'reauthorization_required',
    inactive_reason = nullif(inactive_reason, 'reauthorization_required'),
  `;
}
