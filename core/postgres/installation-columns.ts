import type { Sql } from "./connection.ts";
import { permissionsColumn } from "./granted-columns.ts";

/** The columns of `Installation`. None of them is encrypted. */
export function installationColumns(sql: Sql) {
  return sql`
    ${commonColumns(sql)},
    ${permissionsColumn(sql)},
    installations.is_active as "isActive",
    installations.has_refresh_token as "hasRefreshToken",
    installations.grant_ends_at as "grantEndsAt",
    installations.last_refreshed_at as "lastRefreshedAt",
    installations.last_refresh_error as "lastRefreshError",
    ${hasSharedAccount(sql)} as "hasSharedAccount",
    installations.requested_by as "requestedBy",
    installations.requested_by_id as "requestedById",
    installations.approved_by as "approvedBy",
    installations.last_looked_up_at as "lastLookedUpAt",
    installations.updated_at as "updatedAt"
  `;
}

/**
 * Returns whether the row `installations` has a shared account. The kind is a constant, so that PostgreSQL uses the index
 * of the installers.
 */
export function hasSharedAccount(sql: Sql) {
  return sql`
    case when installations.kind = 'jira_3lo'
      then exists (
        select 1
        from installations as other
        where other.kind = 'jira_3lo'
          and other.is_active
          and other.installed_by_id = installations.installed_by_id
          and other.client_id = installations.client_id
          and other.id <> installations.id
      )
      else false
    end
  `;
}

/** The columns of `InstallationRecord`, with its encrypted tokens and secrets. */
export function recordColumns(sql: Sql) {
  return sql`
    ${commonColumns(sql)},
    installations.registration,
    installations.access_token as "accessToken",
    installations.refresh_token as "refreshToken",
    installations.webhook_secret as "webhookSecret",
    coalesce(installations.token_stored_at, installations.installed_at) as "tokenStoredAt"
  `;
}

function commonColumns(sql: Sql) {
  return sql`
    installations.id,
    installations.platform,
    installations.organization_id as "organizationId",
    installations.organization_name as "organizationName",
    installations.kind,
    installations.provider_installation_id as "providerInstallationId",
    installations.client_id as "clientId",
    installations.scopes,
    installations.token_expires_at as "tokenExpiresAt",
    installations.refresh_token_expires_at as "refreshTokenExpiresAt",
    installations.metadata,
    installations.inactive_reason as "inactiveReason",
    installations.installed_at as "installedAt",
    installations.installed_by as "installedBy",
    installations.installed_by_id as "installedById"
  `;
}
