import type { TokenSet } from "../installation.ts";
import type { OAuthProvider } from "../provider.ts";
import {
  deleteGithubToken,
  GITHUB_REFRESH_MARGIN_SECONDS,
  type GithubUrls,
  getAuthenticatedUser,
  isEnterpriseServer,
} from "./github-api.ts";
import { type GithubTokenResponse, requestGithubTokens } from "./github-token-endpoint.ts";

export interface GithubOAuthAppConfig {
  readonly clientId: string;
  /** Asked when a code is exchanged, and never before: authorize has no permission to read it. */
  readonly clientSecret: () => Promise<string>;
  readonly scopes: readonly string[];
  readonly urls: GithubUrls;
}

/** GitHub, as an OAuth App: the organization is the user who authorizes it. */
export function createGithubOAuthApp(config: GithubOAuthAppConfig): OAuthProvider {
  const { clientId, clientSecret, scopes, urls } = config;

  return {
    platform: "github",
    kind: "oauth_app",
    clientId,
    issuer: `${urls.web}/login/oauth`,
    refreshMarginSeconds: GITHUB_REFRESH_MARGIN_SECONDS,
    reuseLeewaySeconds: 0,

    authorizationUrl({ state, redirectUri, codeChallenge }) {
      const url = new URL(`${urls.web}/login/oauth/authorize`);
      url.search = new URLSearchParams({
        client_id: clientId,
        redirect_uri: redirectUri,
        scope: scopes.join(" "),
        state,
        ...(!isEnterpriseServer(urls) && {
          code_challenge: codeChallenge,
          code_challenge_method: "S256",
        }),
      }).toString();
      return url;
    },

    async exchange({ code, codeVerifier, redirectUri, signal }) {
      const parameters = {
        client_id: clientId,
        client_secret: await clientSecret(),
        code,
        redirect_uri: redirectUri,
        ...(!isEnterpriseServer(urls) && { code_verifier: codeVerifier }),
      };
      const issuedAt = Date.now();
      const response = await requestGithubTokens(urls.web, parameters, {
        refusal: "exchange_failed",
        signal,
      });
      const user = await getAuthenticatedUser(urls, response.access_token, signal);
      const grant = {
        organizationId: user.id,
        organizationName: user.login,
        organizationUrl: null,
        providerInstallationId: null,
        installedBy: user.email ?? user.login,
        installedById: user.id,
        tokens: toTokenSet(response, issuedAt),
      };
      return [grant];
    },

    canRefresh({ hasRefreshToken }) {
      return hasRefreshToken;
    },

    async refresh({ refreshToken, signal }) {
      const issuedAt = Date.now();
      const response = await requestGithubTokens(
        urls.web,
        {
          client_id: clientId,
          client_secret: await clientSecret(),
          grant_type: "refresh_token",
          refresh_token: refreshToken ?? "",
        },
        { refusal: "provider_error", signal },
      );
      return toTokenSet(response, issuedAt);
    },

    async revoke({ accessToken, signal }) {
      if (accessToken === null) return;
      await deleteGithubToken(
        urls,
        { clientId, clientSecret: await clientSecret() },
        accessToken,
        signal,
      );
    },

    apiBaseUrl() {
      return urls.api;
    },
  };
}

function toTokenSet(response: GithubTokenResponse, issuedAt: number): TokenSet {
  const { access_token, refresh_token, expires_in, refresh_token_expires_in, scopes } = response;
  return {
    accessToken: access_token,
    refreshToken: refresh_token ?? null,
    expiresAt: after(issuedAt, expires_in),
    refreshTokenExpiresAt: after(issuedAt, refresh_token_expires_in),
    scopes,
  };
}

function after(epochMs: number, seconds: number | undefined): Date | null {
  return seconds === undefined ? null : new Date(epochMs + seconds * 1000);
}
