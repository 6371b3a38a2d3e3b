import type { Platform } from "../../core/installation.ts";
import type { AccessToken } from "../../core/tokens/lookup.ts";
import type { TokenLookupResponse } from "./responses.ts";

/** Returns the response of a lookup, with the fields that the libraries of the platform need. */
export function toLookupResponse(token: AccessToken): TokenLookupResponse {
  const response = RESPONSES[token.platform](token);
  return {
    ...response,
    installation_id: token.installationId,
    organization_id: token.organizationId,
    organization_name: token.organizationName,
    access_token: token.accessToken,
    token_type: "bearer",
    expires_at: token.expiresAt?.toISOString() ?? null,
    grant_ends_at: token.grantEndsAt?.toISOString() ?? null,
    scopes: [...token.scopes],
    missing_scopes: [...token.missingScopes],
    permissions: token.permissions,
    missing_permissions: token.missingPermissions,
    api_base_url: token.apiBaseUrl,
  };
}

/** The fields that are those of one platform. */
const RESPONSES = {
  github: ({ providerInstallationId, platformFields }) => ({
    platform: "github" as const,
    provider_installation_id: providerInstallationId,
    account_type: platformFields.accountType ?? null,
  }),
  slack: ({ platformFields: fields }) => ({
    platform: "slack" as const,
    bot_user_id: fields.botUserId ?? null,
    bot_id: fields.botId ?? null,
    app_id: fields.appId ?? null,
    enterprise_id: fields.enterpriseId ?? null,
    is_enterprise_install: fields.isEnterpriseInstall ?? null,
  }),
  jira: ({ platformFields }) => ({
    platform: "jira" as const,
    site_url: platformFields.siteUrl ?? null,
  }),
} satisfies Record<Platform, (token: AccessToken) => Partial<TokenLookupResponse>>;
