import { REFRESH_CALL_MS } from "../../deadlines.ts";
import type { ErrorCode } from "../../errors.ts";
import type { OAuthProvider } from "../../ports/provider.ts";
import { unexpectedResponse } from "../request.ts";
import type { RotatingSecret } from "../rotating-secret.ts";
import { GITHUB_REFRESH_MARGIN_SECONDS, type GithubUrls, getAuthenticatedUser } from "./api.ts";
import { deleteGithubToken, findTokenUser } from "./applications.ts";
import {
  codeParameters,
  type GithubTokenParameters,
  githubAuthorizationUrl,
  githubIssuer,
  requestGithubTokens,
} from "./token-endpoint.ts";

export interface GithubOAuthAppConfig {
  readonly clientId: string;
  /** Read only for a token request: `authorize` has no permission to read it. */
  readonly clientSecret: RotatingSecret;
  readonly scopes: readonly string[];
  readonly urls: GithubUrls;
}

/** Creates the provider of a GitHub OAuth App. The organization is the user who authorizes it. */
export function createGithubOAuthApp(config: GithubOAuthAppConfig): OAuthProvider {
  const { clientId, clientSecret, urls } = config;

  return {
    platform: "github",
    kind: "oauth_app",
    clientId,
    scopes: config.scopes,
    // Only a person can authorize an OAuth App.
    platformFields: { accountType: "User" },
    issuer: githubIssuer(urls),
    refreshMarginSeconds: GITHUB_REFRESH_MARGIN_SECONDS,
    tokensExpire: false,
    survivesRefreshes: 0,
    retryRefresh: "after a check",
    checksToken: true,
    reuseLeewaySeconds: 0,
    canRevoke: true,

    authorizationUrl(request) {
      return githubAuthorizationUrl(config, request);
    },

    async exchange(exchange) {
      const { signal } = exchange;
      const parameters = codeParameters(urls, exchange);
      const { tokens } = await requestTokens(parameters, { fallback: "exchange_failed", signal });
      const user = await getAuthenticatedUser({ urls, bearer: tokens.accessToken, signal });
      const grant = {
        organizationId: user.id,
        organizationName: user.login,
        organizationUrl: null,
        providerInstallationId: null,
        installedBy: user.email ?? user.login,
        installedById: user.id,
        tokens,
      };
      return [grant];
    },

    canRefresh({ hasRefreshToken }) {
      return hasRefreshToken;
    },

    async refresh({ refreshToken, signal }) {
      const parameters = { grant_type: "refresh_token", refresh_token: refreshToken ?? "" };
      const { tokens } = await requestTokens(parameters, {
        fallback: "provider_error",
        signal,
        limitMs: REFRESH_CALL_MS,
      });
      return tokens;
    },

    async check({ accessToken, signal }) {
      const ended = { status: "reauthorization_required", evidence: "token" } as const;
      if (accessToken === null) return ended;
      const user = await clientSecret.use((secret) =>
        findTokenUser(urls, { clientId, clientSecret: secret }, accessToken, signal),
      );
      if (!user) return ended;
      return { status: "active", organizationId: user.id, organizationName: user.login };
    },

    // Another token of the same person stays valid.
    async discard({ accessToken, signal }) {
      if (accessToken === null) return;
      await clientSecret.use((secret) =>
        deleteGithubToken(urls, { clientId, clientSecret: secret }, accessToken, signal),
      );
    },

    async revoke({ accessToken, refreshToken, signal }) {
      if (accessToken === null) return;
      const { wasValid } = await clientSecret.use((secret) =>
        deleteGithubToken(urls, { clientId, clientSecret: secret }, accessToken, signal),
      );
      // An expired access token cannot revoke its refresh token.
      if (!wasValid && refreshToken !== null) {
        throw unexpectedResponse("github", "token already dead");
      }
    },

    apiBaseUrl() {
      return urls.api;
    },
  };

  function requestTokens(
    parameters: GithubTokenParameters,
    options: { fallback: ErrorCode; signal: AbortSignal; limitMs?: number },
  ) {
    return clientSecret.use((secret) =>
      requestGithubTokens(urls, { clientId, clientSecret: secret }, parameters, options),
    );
  }
}
