import type { ErrorCode } from "../../errors.ts";
import type { OAuthProvider, TokenSet } from "../../ports/provider.ts";
import { unexpectedResponse } from "../request.ts";
import type { RotatingSecret } from "../rotating-secret.ts";
import {
  deleteGithubToken,
  findTokenUser,
  GITHUB_REFRESH_MARGIN_SECONDS,
  type GithubUrls,
  getAuthenticatedUser,
  isEnterpriseServer,
} from "./api.ts";
import {
  type GithubTokenResponse,
  githubAuthorizationUrl,
  requestGithubTokens,
} from "./token-endpoint.ts";

export interface GithubOAuthAppConfig {
  readonly clientId: string;
  /** Read when a token is asked for, and never before: authorize has no permission to. */
  readonly clientSecret: RotatingSecret;
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
    tokensExpire: false,
    refreshEndsAccessToken: true,
    reuseLeewaySeconds: 0,

    authorizationUrl(request) {
      return githubAuthorizationUrl(urls, clientId, request, scopes);
    },

    async exchange({ code, codeVerifier, redirectUri, signal }) {
      const issuedAt = Date.now();
      const parameters = {
        code,
        redirect_uri: redirectUri,
        ...(!isEnterpriseServer(urls) && { code_verifier: codeVerifier }),
      };
      const response = await requestTokens(parameters, { refusal: "exchange_failed", signal });
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
      const parameters = { grant_type: "refresh_token", refresh_token: refreshToken ?? "" };
      const response = await requestTokens(parameters, { refusal: "provider_error", signal });
      return toTokenSet(response, issuedAt);
    },

    async check({ accessToken, signal }) {
      if (accessToken === null) return { status: "reauthorization_required" };
      const user = await clientSecret.use((secret) =>
        findTokenUser(urls, { clientId, clientSecret: secret }, accessToken, signal),
      );
      if (!user) return { status: "reauthorization_required" };
      return { status: "active", organizationId: String(user.id), organizationName: user.login };
    },

    async revoke({ accessToken, refreshToken, signal }) {
      if (accessToken === null) return;
      const { wasAlive } = await clientSecret.use((secret) =>
        deleteGithubToken(urls, { clientId, clientSecret: secret }, accessToken, signal),
      );
      // By an expired access token its refresh token cannot be ended.
      if (!wasAlive && refreshToken !== null)
        throw unexpectedResponse("github", "token already dead");
    },

    apiBaseUrl() {
      return urls.api;
    },
  };

  function requestTokens(
    parameters: Record<string, string>,
    options: { refusal: ErrorCode; signal: AbortSignal },
  ): Promise<GithubTokenResponse> {
    return clientSecret.use((client_secret) =>
      requestGithubTokens(urls.web, { client_id: clientId, client_secret, ...parameters }, options),
    );
  }
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
