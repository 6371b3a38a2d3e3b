import type postgres from "postgres";
import {
  DEFAULT_APP,
  type Installation,
  type InstallationCreate,
  type InstallationKey,
  type Platform,
} from "../installation.ts";
import type { ProviderInstallation } from "../ports/installation-repository.ts";
import type { WithSealed } from "../sealing/sealed-columns.ts";
import type { Sealed } from "../sealing/sealer.ts";
import type { SearchKeys } from "../search-keys.ts";
import type { Sql } from "./connection.ts";
import { installationColumns } from "./installation-columns.ts";
import { closeRefresh } from "./refresh-lease-statements.ts";

/** When a token expires: at a date, or so many seconds from now by the clock of the database. */
type Expiry = Date | number | null;

/** An installation to store, with its tokens and secrets encrypted. */
export type SealedInstallation = WithSealed<
  Omit<InstallationCreate, "tokenExpiresAt" | "refreshTokenExpiresAt">
> & {
  readonly id: string;
  readonly registration: Sealed;
  readonly grantedKey: string | null;
  readonly searchKeys: SearchKeys;
  readonly tokenExpiry: Expiry;
  readonly refreshTokenExpiry: Expiry;
};

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
    : sql`
        platform = ${key.platform}
        and organization_id = ${key.organizationId}
        and app = ${DEFAULT_APP}
      `;
}

export async function selectGrantVersion(sql: Sql, id: string): Promise<number | undefined> {
  const [row] = await sql<[{ readonly version: number }?]>`
    select grant_version::float8 as version from installations where id = ${id}
  `;
  return row?.version;
}

export function selectByProviderIds(sql: Sql, platform: Platform, ids: readonly string[]) {
  return sql<ProviderInstallation[]>`
    select
      id,
      organization_id as "organizationId",
      inactive_reason as "inactiveReason",
      provider_installation_id as "providerInstallationId"
    from installations
    where provider_installation_id in ${sql(ids)} and platform = ${platform}
  `;
}

export async function insert(
  sql: Sql,
  row: SealedInstallation,
  onConflict: Fragment,
): Promise<Installation | undefined> {
  const [installation] = await sql<[Installation?]>`
    insert into installations (
      id, app, platform, organization_id, organization_name, kind, provider_installation_id,
      client_id, registration, access_token, refresh_token, webhook_secret, scopes,
      permissions, granted_key, token_expires_at, token_stored_at, refresh_token_expires_at,
      metadata, installed_by, installed_by_id, webhook_configuration, webhooks_due_at,
      name_key, customer
    ) values (
      ${row.id}, ${DEFAULT_APP}, ${row.platform}, ${row.organizationId}, ${row.organizationName}, ${row.kind},
      ${row.providerInstallationId}, ${row.clientId}, ${row.registration},
      ${row.accessToken}, ${row.refreshToken}, ${row.webhookSecret},
      ${sql.json([...row.scopes])}, ${row.permissions ? sql.json(row.permissions) : null},
      ${row.grantedKey}, ${expiryOf(sql, row.tokenExpiry)}, clock_timestamp(),
      ${expiryOf(sql, row.refreshTokenExpiry)}, ${sql.json(row.metadata)}, ${row.installedBy},
      ${row.installedById}, ${dueWebhooks(sql, row)},
      ${row.searchKeys.nameKey}, ${row.searchKeys.customer}
    )
    ${onConflict}
    returning ${installationColumns(sql)}
  `;
  return installation;
}

/** Where webhooks are registered for each organization, they are due from the start. */
function dueWebhooks(sql: Sql, { kind }: Pick<SealedInstallation, "kind">) {
  return sql`
    case when ${kind}::text = 'jira_3lo' then '' end,
    case when ${kind}::text = 'jira_3lo' then clock_timestamp() end
  `;
}

function expiryOf(sql: Sql, expiry: Expiry) {
  return typeof expiry === "number"
    ? sql`clock_timestamp() + make_interval(secs => ${expiry})`
    : sql`${expiry}`;
}

/** Leaves the stored row unchanged: no row is returned then. */
export function onDuplicate(sql: Sql) {
  return sql`on conflict do nothing`;
}

/** Keeps the id, webhook secret and `installed_at`, which other systems may refer to. */
export function onReinstall(sql: Sql) {
  return sql`
    on conflict (app, platform, organization_id) do update set
      organization_name = excluded.organization_name,
      name_key = excluded.name_key,
      kind = excluded.kind,
      provider_installation_id = excluded.provider_installation_id,
      client_id = excluded.client_id,
      registration = excluded.registration,
      access_token = excluded.access_token,
      refresh_token = excluded.refresh_token,
      previous_refresh_token = null,
      platform_fields = null,
      scopes = excluded.scopes,
      permissions = excluded.permissions,
      granted_key = excluded.granted_key,
      token_expires_at = excluded.token_expires_at,
      token_stored_at = excluded.token_stored_at,
      token_alive_at = null,
      refresh_token_expires_at = excluded.refresh_token_expires_at,
      token_version = installations.token_version + 1,
      grant_version = installations.grant_version + 1,
      status_version = installations.status_version + 1,
      ${closeRefresh(sql)},
      refresh_rotated_at = null,
      grant_ends_at = null,
      wipe_tokens_at = null,
      last_refresh_error = null,
      is_active = true,
      inactive_reason = null,
      metadata = installations.metadata || excluded.metadata,
      customer = coalesce(excluded.customer, installations.customer),
      installed_by = excluded.installed_by,
      installed_by_id = excluded.installed_by_id,
      webhook_configuration = excluded.webhook_configuration,
      webhooks_due_at = excluded.webhooks_due_at,
      webhooks_version = coalesce(installations.webhooks_version, 0) + 1,
      updated_at = clock_timestamp()
  `;
}

/** Deletes an installation, unless its grant was replaced since, and returns it. */
export async function remove(
  sql: Sql,
  id: string,
  grantVersion: number,
): Promise<Installation | undefined> {
  const [installation] = await sql<[Installation?]>`
    delete from installations
    where id = ${id} and grant_version = ${grantVersion}
    returning ${installationColumns(sql)}
  `;
  return installation;
}
