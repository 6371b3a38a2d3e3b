import { DEFAULT_APP } from "../installation.ts";
import type { ImportedInstallation, InstallationRecord } from "../ports/installation-transfer.ts";
import type { WithSealed } from "../sealing/sealed-columns.ts";
import type { Sealed } from "../sealing/sealer.ts";
import type { SearchKeys } from "../search-keys.ts";
import type { Sql } from "./connection.ts";
import type { Retention } from "./grant-endings.ts";
import { recordColumns } from "./installation-columns.ts";

/** A stored installation, with its tokens and secrets encrypted. */
export type SealedRecord = WithSealed<InstallationRecord> & { readonly registration: Sealed };

/** An installation to store, with its tokens and secrets encrypted. */
export type SealedImport = WithSealed<ImportedInstallation> & {
  readonly id: string;
  readonly registration: Sealed;
  readonly grantedKey: string | null;
} & SearchKeys;

export function selectAfter(sql: Sql, after: string | undefined, limit: number) {
  return sql<SealedRecord[]>`
    select ${recordColumns(sql)}
    from installations
    where ${after === undefined ? sql`true` : sql`id > ${after}`}
      and (is_active or inactive_reason <> 'unclaimed')
    order by id
    limit ${limit}
  `;
}

/** Selects the stored installations that have an id or an organization of an import. */
export function selectConflicting(sql: Sql, imported: readonly ImportedInstallation[]) {
  const keys = imported.map(({ id, platform, organizationId }) => ({
    id,
    platform,
    organizationId,
  }));
  // Two joins, because an `or` would use no index.
  return sql<SealedRecord[]>`
    with imported as (
      select *
      from jsonb_to_recordset(${sql.json(keys)})
        as keys (id text, platform text, "organizationId" text)
    )
    select ${recordColumns(sql)}
    from installations
    where id in (
      select id from imported join installations using (id)
      union
      select installations.id
      from imported
      join installations
        on installations.organization_id = imported."organizationId"
        and installations.platform = imported.platform
        and installations.app = ${DEFAULT_APP}
    )
  `;
}

/** Inserts all rows in one statement, or none. */
export function insertAll(sql: Sql, rows: readonly SealedImport[], { retentionDays }: Retention) {
  return sql`
    insert into installations (
      id, app, platform, organization_id, organization_name, kind, provider_installation_id,
      client_id, registration, access_token, refresh_token, webhook_secret, scopes, granted_key,
      token_expires_at, token_stored_at, refresh_token_expires_at,
      metadata, is_active, inactive_reason, wipe_tokens_at, installed_at, installed_by,
      installed_by_id, webhook_configuration, webhooks_due_at, name_key, customer
    )
    select
      id, ${DEFAULT_APP}, platform, "organizationId", "organizationName", kind, "providerInstallationId",
      "clientId", registration, "accessToken", "refreshToken", "webhookSecret", scopes, "grantedKey",
      "tokenExpiresAt", coalesce("tokenStoredAt", clock_timestamp()), "refreshTokenExpiresAt",
      metadata, "inactiveReason" is null, "inactiveReason",
      case when "inactiveReason" in ('uninstalled', 'reauthorization_required')
        then clock_timestamp() + make_interval(days => ${retentionDays})
      end,
      coalesce("installedAt", clock_timestamp()), "installedBy", "installedById",
      case when kind = 'jira_3lo' then '' end,
      case when kind = 'jira_3lo' then clock_timestamp() end,
      "nameKey", customer
    from jsonb_to_recordset(${sql.json([...rows])}) as imported (
      id text,
      platform text,
      "organizationId" text,
      "organizationName" text,
      kind text,
      "providerInstallationId" text,
      "clientId" text,
      registration text,
      "accessToken" text,
      "refreshToken" text,
      "webhookSecret" text,
      scopes jsonb,
      "grantedKey" text,
      "tokenExpiresAt" timestamptz,
      "tokenStoredAt" timestamptz,
      "refreshTokenExpiresAt" timestamptz,
      metadata jsonb,
      "inactiveReason" text,
      "installedAt" timestamptz,
      "installedBy" text,
      "installedById" text,
      "nameKey" text,
      customer text
    )
  `;
}
