import type { Installation } from "../../core/installation.ts";

/** An installation as the API answers it. */
export function toItem(installation: Installation) {
  return {
    id: installation.id,
    platform: installation.platform,
    organization_id: installation.organizationId,
    organization_name: installation.organizationName,
    kind: installation.kind,
    provider_installation_id: installation.providerInstallationId,
    scopes: installation.scopes,
    metadata: installation.metadata,
    is_active: installation.isActive,
    inactive_reason: installation.inactiveReason,
    has_refresh_token: installation.hasRefreshToken,
    token_expires_at: installation.tokenExpiresAt,
    refresh_token_expires_at: installation.refreshTokenExpiresAt,
    last_refreshed_at: installation.lastRefreshedAt,
    last_refresh_error: installation.lastRefreshError,
    installed_at: installation.installedAt,
    installed_by: installation.installedBy,
    installed_by_id: installation.installedById,
    updated_at: installation.updatedAt,
  };
}
