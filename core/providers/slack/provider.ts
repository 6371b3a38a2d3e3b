import { REFRESH_CALL_MS } from "../../deadlines.ts";
import { type ErrorCode, ServiceError } from "../../errors.ts";
import type { Grant, OAuthProvider, TokenSet } from "../../ports/provider.ts";
import { requirePlatformId } from "../platform-id.ts";
import { unexpectedResponse } from "../request.ts";
import type { RotatingSecret } from "../rotating-secret.ts";
import { slackApiUrl, testToken, uninstallApp } from "./api.ts";
import {
  requestSlackTokens,
  type SlackTokenResponse,
  slackAuthorizationUrl,
} from "./token-endpoint.ts";

/** Tokens live twelve hours. Slack's own SDK refreshes them this early too. */
const REFRESH_MARGIN_SECONDS = 7200;

export interface SlackConfig {
  readonly clientId: string;
  readonly clientSecret: RotatingSecret;
  /** The id of the app, e.g. `A0APP`. Without it, the app of a new install is not checked. */
  readonly appId?: string | undefined;
  readonly scopes: readonly string[];
  readonly url: string;
}

/**
 * Creates the provider of a Slack bot. The organization is a team, or the enterprise that installed the bot
 * for all its teams.
 *
 * It does not use PKCE: an app that once sent a challenge stays a public client.
 *
 * @see [Using PKCE](https://docs.slack.dev/authentication/using-pkce)
 */
export function createSlack(config: SlackConfig): OAuthProvider {
  const { clientId, clientSecret, url } = config;

  return {
    platform: "slack",
    kind: "slack_bot",
    clientId,
    scopes: config.scopes,
    issuer: url,
    refreshMarginSeconds: REFRESH_MARGIN_SECONDS,
    tokensExpire: false,
    survivesRefreshes: 1,
    retryRefresh: "at once",
    checksToken: true,
    reuseLeewaySeconds: 0,
    canRevoke: true,

    authorizationUrl(request) {
      return slackAuthorizationUrl(config, request);
    },

    async exchange({ code, redirectUri, signal }) {
      const parameters = { code, redirect_uri: redirectUri };
      const options = { signal, fallback: "exchange_failed" } as const;
      const { response, tokens } = await requestTokens(parameters, options);
      requireApp(config, response);
      return [toGrant(response, tokens)];
    },

    canRefresh({ hasRefreshToken }) {
      return hasRefreshToken;
    },

    async refresh({ refreshToken, signal }) {
      const parameters = { grant_type: "refresh_token", refresh_token: refreshToken ?? "" };
      const options = { signal, fallback: "provider_error", limitMs: REFRESH_CALL_MS } as const;
      const { tokens } = await requestTokens(parameters, options);
      return tokens;
    },

    async check({ accessToken, signal }) {
      const ended = { status: "uninstalled", evidence: "token" } as const;
      if (accessToken === null) return ended;
      const state = await testToken({ url, accessToken, signal });
      if (state.status === "uninstalled") return ended;
      const unnamed = { status: "active", organizationName: undefined } as const;
      if (state.status === "expired") {
        return { ...unnamed, organizationId: undefined, isTokenExpired: true };
      }
      const { organizationId, fields } = state;
      return { ...unnamed, organizationId, isTokenExpired: false, fields };
    },

    async revoke({ accessToken, signal }) {
      if (accessToken === null) return;
      await clientSecret.use((secret) =>
        uninstallApp({ url, accessToken, signal }, { clientId, clientSecret: secret }),
      );
    },

    apiBaseUrl() {
      return slackApiUrl(url);
    },
  };

  function requestTokens(
    parameters: Record<string, string>,
    options: { signal: AbortSignal; fallback: ErrorCode; limitMs?: number },
  ) {
    return clientSecret.use((secret) =>
      requestSlackTokens({ url, clientId, clientSecret: secret, parameters }, options),
    );
  }
}

function requireApp({ appId }: SlackConfig, { app_id }: SlackTokenResponse): void {
  if (appId === undefined || app_id === undefined || app_id === appId) return;
  const message = "The configured client id belongs to another app than the configured app id.";
  throw new ServiceError("provider_misconfigured", message, { reason: "app id" });
}

function toGrant(response: SlackTokenResponse, tokens: TokenSet): Grant {
  const { team, enterprise, is_enterprise_install: isOrgWide, authed_user: user } = response;
  const organization = isOrgWide ? enterprise : team;
  if (!organization || !user) throw unexpectedResponse("slack", "no team or user");
  const organizationId = requirePlatformId("slack", organization.id);
  const installedById = requirePlatformId("slack", user.id);
  return {
    organizationId,
    organizationName: organization.name || organizationId,
    organizationUrl: null,
    providerInstallationId: null,
    installedBy: installedById,
    installedById,
    tokens,
  };
}
