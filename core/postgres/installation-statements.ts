import type postgres from "postgres";
import type {
  Installation,
  InstallationCreate,
  InstallationFilter,
  InstallationKey,
  InstallationUpdate,
} from "../installation.ts";
import type { WithSealed } from "../sealing/sealed-columns.ts";
import type { Sealed } from "../sealing/sealer.ts";
import type { Sql } from "./connection.ts";
import { installationColumns } from "./installation-columns.ts";

/** An installation to store, with its tokens and secrets encrypted. */
export type SealedInstallation = WithSealed<InstallationCreate> & { readonly id: string };

/** A partial update, with its tokens and secrets encrypted. */
export type SealedUpdate = WithSealed<InstallationUpdate>;

type Fragment = postgres.PendingQuery<postgres.Row[]>;

export async function select(sql: Sql, key: InstallationKey): Promise<Installation | undefined> {
  const [row] = await sql<[Installation?]>`
    select ${installationColumns(sql)}
    from installations
    where ${whereKey(sql, key)}
  `;
  return row;
}

/** Returns the condition that selects one row by its id or by its natural key. */
export function whereKey(sql: Sql, key: InstallationKey) {
  return "id" in key
    ? sql`id = ${key.id}`
    : sql`platform = ${key.platform} and organization_id = ${key.organizationId}`;
}

export function selectPage(sql: Sql, filter: InstallationFilter, limit: number, before?: string) {
  const { platform, organizationId, isActive } = filter;
  return sql<Installation[]>`
    select ${installationColumns(sql)}
    from installations
    where true
      ${platform === undefined ? sql`` : sql`and platform = ${platform}`}
      ${organizationId === undefined ? sql`` : sql`and organization_id = ${organizationId}`}
      ${isActive === undefined ? sql`` : sql`and is_active = ${isActive}`}
      ${before === undefined ? sql`` : sql`and id < ${before}`}
    order by id desc
    limit ${limit}
  `;
}

export function insert(sql: Sql, row: SealedInstallation, onConflict: Fragment = sql``) {
  return sql<Installation[]>`
    insert into installations (
      id, platform, organization_id, organization_name, kind, provider_installation_id,
      client_id, registration, access_token, refresh_token, webhook_secret, scopes,
      token_expires_at, token_stored_at, refresh_token_expires_at,
      metadata, installed_by, installed_by_id
    ) values (
      ${row.id}, ${row.platform}, ${row.organizationId}, ${row.organizationName}, ${row.kind},
      ${row.providerInstallationId}, 'unknown', ${row.webhookSecret},
      ${row.accessToken}, ${row.refreshToken}, ${row.webhookSecret},
      ${sql.json([...row.scopes])}, ${row.tokenExpiresAt}, clock_timestamp(),
      ${row.refreshTokenExpiresAt}, ${sql.json(row.metadata)}, ${row.installedBy},
      ${row.installedById}
    )
    ${onConflict}
    returning ${installationColumns(sql)}
  `;
}

/** Keeps the id, webhook secret and `installed_at`, which other systems may refer to. */
export function onReinstall(sql: Sql) {
  return sql`
    on conflict (app, platform, organization_id) do update set
      organization_name = excluded.organization_name,
      kind = excluded.kind,
      provider_installation_id = excluded.provider_installation_id,
      access_token = excluded.access_token,
      refresh_token = excluded.refresh_token,
      previous_refresh_token = null,
      scopes = excluded.scopes,
      token_expires_at = excluded.token_expires_at,
      token_stored_at = excluded.token_stored_at,
      refresh_token_expires_at = excluded.refresh_token_expires_at,
      token_version = installations.token_version + 1,
      refresh_lease_owner = null,
      refresh_lease_until = null,
      refresh_rotated_at = null,
      last_refresh_error = null,
      is_active = true,
      inactive_reason = null,
      metadata = installations.metadata || excluded.metadata,
      installed_by = excluded.installed_by,
      installed_by_id = excluded.installed_by_id,
      updated_at = clock_timestamp()
  `;
}

/** Updates the fields of the patch, from a fixed list of columns: no key of a caller reaches the statement. */
export function update(sql: Sql, id: string, patch: SealedUpdate) {
  const { organizationName, scopes, metadata, webhookSecret } = patch;
  return sql<Installation[]>`
    update installations set
      ${organizationName === undefined ? sql`` : sql`organization_name = ${organizationName},`}
      ${scopes === undefined ? sql`` : sql`scopes = ${sql.json([...scopes])},`}
      ${metadata === undefined ? sql`` : sql`metadata = ${sql.json(metadata)},`}
      ${webhookSecret === undefined ? sql`` : sql`webhook_secret = ${webhookSecret},`}
      ${tokenChanges(sql, patch)}
      ${activityChanges(sql, patch)}
      updated_at = clock_timestamp()
    where id = ${id}
    returning ${installationColumns(sql)}
  `;
}

/** Deletes an installation and returns it. */
export function remove(sql: Sql, id: string) {
  return sql<
    Installation[]
  >`delete from installations where id = ${id} returning ${installationColumns(sql)}`;
}

/** Sets the tokens of an uninstalled installation to null. */
export function dropTokens(sql: Sql) {
  return sql`
    access_token = null,
    refresh_token = null,
    previous_refresh_token = null,
    token_expires_at = null,
    refresh_token_expires_at = null,
    token_version = token_version + 1,
  `;
}

function tokenChanges(sql: Sql, patch: SealedUpdate): Fragment {
  if (!changesTokens(patch)) return sql``;

  const { accessToken, refreshToken, tokenExpiresAt } = patch;
  // A new access token without an expiry must not keep the expiry of the old one.
  const expiresAt = accessToken === undefined ? tokenExpiresAt : (tokenExpiresAt ?? null);
  return sql`
    ${accessToken === undefined ? sql`` : sql`access_token = ${accessToken},`}
    ${expiresAt === undefined ? sql`` : sql`token_expires_at = ${expiresAt},`}
    ${refreshToken === undefined ? sql`` : sql`${refreshTokenChanges(sql, refreshToken)},`}
    token_stored_at = clock_timestamp(),
    token_version = token_version + 1,
    refresh_lease_owner = null,
    refresh_lease_until = null,
    last_refresh_error = null,
  `;
}

function refreshTokenChanges(sql: Sql, refreshToken: Sealed | null): Fragment {
  return sql`
    refresh_token = ${refreshToken},
    refresh_token_expires_at = null,
    previous_refresh_token = null,
    refresh_rotated_at = null
  `;
}

function activityChanges(sql: Sql, patch: SealedUpdate): Fragment {
  if (patch.isActive === true) return sql`is_active = true, inactive_reason = null,`;
  if (patch.isActive === false) return sql`is_active = false, inactive_reason = 'disabled',`;
  if (!changesTokens(patch)) return sql``;
  return sql`
    is_active = is_active or inactive_reason = 'reauthorization_required',
    inactive_reason = nullif(inactive_reason, 'reauthorization_required'),
  `;
}

function changesTokens({ accessToken, refreshToken, tokenExpiresAt }: SealedUpdate): boolean {
  return [accessToken, refreshToken, tokenExpiresAt].some((field) => field !== undefined);
}
