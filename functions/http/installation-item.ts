import type { Configuration } from "../../core/configuration/configuration.ts";
import { findMissing } from "../../core/configuration/missing-grant.ts";
import type { Installation } from "../../core/installation.ts";
import type { InstallationItem } from "./responses.ts";

/** Returns an installation as the HTTP API represents it, compared with the present configuration. */
export function toItem(
  installation: Installation,
  configuration: Pick<Configuration, "platforms">,
): InstallationItem {
  const missing = findMissing(configuration, installation);
  return {
    id: installation.id,
    platform: installation.platform,
    organization_id: installation.organizationId,
    organization_name: installation.organizationName,
    kind: installation.kind,
    provider_installation_id: installation.providerInstallationId,
    scopes: [...installation.scopes],
    missing_scopes: [...missing.scopes],
    permissions: installation.permissions,
    missing_permissions: missing.permissions,
    metadata: installation.metadata,
    is_active: installation.isActive,
    inactive_reason: installation.inactiveReason,
    has_refresh_token: installation.hasRefreshToken,
    token_expires_at: toText(installation.tokenExpiresAt),
    refresh_token_expires_at: toText(installation.refreshTokenExpiresAt),
    grant_ends_at: toText(installation.grantEndsAt),
    last_refreshed_at: toText(installation.lastRefreshedAt),
    last_refresh_error: installation.lastRefreshError,
    installed_at: installation.installedAt.toISOString(),
    installed_by: installation.installedBy,
    installed_by_id: installation.installedById,
    requested_by: installation.requestedBy,
    approved_by: installation.approvedBy,
    has_shared_account: installation.hasSharedAccount,
    last_looked_up_at: toText(installation.lastLookedUpAt),
    updated_at: installation.updatedAt.toISOString(),
  };
}

function toText(at: Date | null): string | null {
  return at === null ? null : at.toISOString();
}
