import { REFRESH_CALL_MS } from "../../deadlines.ts";
import { ServiceError } from "../../errors.ts";
import type { Grant, OAuthProvider, TokenSet } from "../../ports/provider.ts";
import { requirePlatformId } from "../platform-id.ts";
import { unexpectedResponse } from "../request.ts";
import type { RotatingSecret } from "../rotating-secret.ts";
import {
  findSite,
  findSites,
  getMe,
  isJiraAdministrator,
  type JiraSite,
  type JiraUser,
  jiraSiteUrl,
} from "./api.ts";
import { createJiraWebhooks } from "./dynamic-webhooks.ts";
import type { JiraWebhookSettings } from "./settings.ts";
import { jiraAuthorizationUrl, requestJiraTokens } from "./token-endpoint.ts";

const REFRESH_MARGIN_SECONDS = 900;

/** @see [Refresh tokens](https://developer.atlassian.com/cloud/oauth/getting-started/refresh-tokens/) */
const REUSE_LEEWAY_SECONDS = 600;

export interface JiraConfig {
  readonly clientId: string;
  readonly clientSecret: RotatingSecret;
  readonly scopes: readonly string[];
  readonly urls: { readonly auth: string; readonly api: string };
  readonly refusesSharedAccounts?: boolean;
  readonly webhooks?: JiraWebhookSettings | undefined;
}

/** Creates the provider of a Jira Cloud app (OAuth 2.0, 3LO). The organization is a site, by its cloud id. */
export function createJira(config: JiraConfig): OAuthProvider {
  const { clientId, clientSecret, urls, refusesSharedAccounts = false } = config;

  return {
    platform: "jira",
    kind: "jira_3lo",
    clientId,
    scopes: config.scopes,
    issuer: urls.auth,
    refreshMarginSeconds: REFRESH_MARGIN_SECONDS,
    tokensExpire: true,
    survivesRefreshes: Number.POSITIVE_INFINITY,
    retryRefresh: "at once",
    checksToken: true,
    reuseLeewaySeconds: REUSE_LEEWAY_SECONDS,
    canRevoke: false,
    refusesSharedAccounts,
    dynamicWebhooks: createJiraWebhooks(urls.api, config.webhooks),

    authorizationUrl(request) {
      return jiraAuthorizationUrl(config, request);
    },

    async exchange({ code, redirectUri, signal }) {
      const fields = { grant_type: "authorization_code", code, redirect_uri: redirectUri } as const;
      const { tokens } = await clientSecret.use((client_secret) =>
        requestJiraTokens(config, { ...fields, client_secret }, { signal }),
      );
      if (tokens.refreshToken === null) {
        const message = "The grant does not include the scope offline_access.";
        throw new ServiceError("missing_scope", message);
      }
      const call = { url: urls.api, accessToken: tokens.accessToken, signal };
      const [sites, me] = await Promise.all([findSites(call), getMe(call)]);
      if (!sites) throw unexpectedResponse("jira", "refused token");
      const grants = sites.map((site) => toGrant(site, me, tokens));
      const [first, ...others] = grants;
      if (first) return [first, ...others];
      throw new ServiceError("unsupported_install", "The grant includes no Jira site.", {
        reason: "no_site",
      });
    },

    canRefresh({ hasRefreshToken }) {
      return hasRefreshToken;
    },

    async refresh({ refreshToken, signal }) {
      const fields = { grant_type: "refresh_token", refresh_token: refreshToken ?? "" } as const;
      const limits = { signal, limitMs: REFRESH_CALL_MS };
      const { tokens } = await clientSecret.use((client_secret) =>
        requestJiraTokens(config, { ...fields, client_secret }, limits),
      );
      return tokens;
    },

    // Atlassian sends no webhook when an app is removed. The site is missing from the grant then.
    async check({ organizationId, accessToken, signal }) {
      const ended = { status: "reauthorization_required", evidence: "token" } as const;
      if (accessToken === null) return ended;
      const site = await findSite({ url: urls.api, accessToken, signal }, organizationId);
      if (!site) return ended;
      const { name: organizationName, url: siteUrl } = site;
      const fields = siteUrl === undefined ? undefined : { siteUrl };
      return { status: "active", organizationId, organizationName, fields };
    },

    async isAdministrator({ organizationId, accessToken, signal }) {
      if (accessToken === null) return false;
      return isJiraAdministrator({ url: urls.api, accessToken, signal }, organizationId);
    },

    // Atlassian has no revocation endpoint: people revoke a grant in their account.
    async revoke() {},

    apiBaseUrl(cloudId) {
      return jiraSiteUrl(urls.api, cloudId);
    },
  };
}

function toGrant(site: JiraSite, me: JiraUser, tokens: TokenSet): Grant {
  return {
    organizationId: site.id,
    organizationName: site.name,
    organizationUrl: site.url,
    providerInstallationId: null,
    installedBy: me.email ?? (me.name || me.account_id),
    installedById: requirePlatformId("jira", me.account_id),
    tokens,
  };
}
