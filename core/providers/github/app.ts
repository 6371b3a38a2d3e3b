import { REFRESH_CALL_MS } from "../../deadlines.ts";
import { inactiveError } from "../../inactive.ts";
import type { CodeExchange, Narrowing, OAuthProvider, StoredGrant } from "../../ports/provider.ts";
import { toAuthorizationUrl } from "../request.ts";
import { GITHUB_REFRESH_MARGIN_SECONDS, getAuthenticatedUser, installPath } from "./api.ts";
import { asApp, type GithubAppConfig, toGranted, toTokenSet } from "./app-credential.ts";
import { deleteGithubToken } from "./applications.ts";
import { findOwned, findVisible, verifyClaim } from "./claims.ts";
import { createHookDeliveries } from "./hook-deliveries.ts";
import { findRequestOf } from "./install-requests.ts";
import {
  deleteInstallation,
  findInstallation,
  type MintedToken,
  mintInstallationToken,
} from "./installations.ts";
import { createGithubInventory } from "./inventory.ts";
import {
  codeParameters,
  githubAuthorizationUrl,
  githubIssuer,
  requestGithubTokens,
} from "./token-endpoint.ts";

/**
 * Creates the provider of a GitHub App. The organization is the account that the App is installed on. Its
 * tokens are minted with the App's private key; no user's token is stored.
 */
export function createGithubApp(config: GithubAppConfig): OAuthProvider {
  const { clientId, slug, permissions, urls } = config;

  return {
    platform: "github",
    kind: "github_app",
    clientId,
    scopes: [],
    permissions,
    issuer: githubIssuer(urls),
    refreshMarginSeconds: GITHUB_REFRESH_MARGIN_SECONDS,
    tokensExpire: true,
    survivesRefreshes: Number.POSITIVE_INFINITY,
    retryRefresh: "at once",
    checksToken: false,
    reuseLeewaySeconds: 0,
    canRevoke: true,

    installationUrl(state) {
      return toAuthorizationUrl(urls.web + installPath(urls, slug), { state });
    },

    authorizationUrl(request) {
      return githubAuthorizationUrl(config, request);
    },

    async exchange(exchange) {
      const { claimedInstallationId: id, signal } = exchange;
      const userToken = await exchangeForUserToken(config, exchange);
      const user = { urls, bearer: userToken, signal };
      try {
        return id === null ? await findOwned(config, user) : [await verifyClaim(config, user, id)];
      } finally {
        await revokeUserToken(config, userToken, signal);
      }
    },

    async findVisible(exchange) {
      const { claimedInstallationId, signal } = exchange;
      const userToken = await exchangeForUserToken(config, exchange);
      try {
        return await findVisible(
          config,
          { urls, bearer: userToken, signal },
          claimedInstallationId,
        );
      } finally {
        await revokeUserToken(config, userToken, signal);
      }
    },

    async findRequest(exchange) {
      const { signal } = exchange;
      const userToken = await exchangeForUserToken(config, exchange);
      try {
        const { id } = await getAuthenticatedUser({ urls, bearer: userToken, signal });
        return await asApp(config, signal, (app) => findRequestOf(app, id));
      } finally {
        await revokeUserToken(config, userToken, signal);
      }
    },

    canRefresh({ providerInstallationId }) {
      return providerInstallationId !== null;
    },

    async refresh(grant) {
      return toTokenSet(await mint(config, grant));
    },

    async narrow(grant, narrowing) {
      return toTokenSet(await mint(config, grant, narrowing));
    },

    async check({ providerInstallationId: id, signal }) {
      const uninstalled = { status: "uninstalled", evidence: "installation" } as const;
      if (id === null) return uninstalled;
      const installation = await asApp(config, signal, (app) => findInstallation(app, id));
      if (!installation) return uninstalled;
      const { accountId, accountType, accountLogin: organizationName } = installation;
      const organizationId = String(accountId);
      if (installation.isSuspended) {
        return { status: "suspended", evidence: "installation", organizationId };
      }
      const granted = toGranted(installation.permissions);
      const fields = { accountType };
      return { status: "active", organizationId, organizationName, ...granted, fields };
    },

    async revoke({ providerInstallationId: id, signal }) {
      if (id !== null) await asApp(config, signal, (app) => deleteInstallation(app, id));
    },

    deliveryHistory: createHookDeliveries(config),
    inventory: createGithubInventory(config),

    apiBaseUrl() {
      return urls.api;
    },
  };
}

async function exchangeForUserToken(
  { clientId, clientSecret, urls }: GithubAppConfig,
  exchange: Omit<CodeExchange, "claimedInstallationId">,
): Promise<string> {
  const { signal } = exchange;
  const parameters = codeParameters(urls, exchange);
  const { tokens } = await clientSecret.use((secret) =>
    requestGithubTokens(urls, { clientId, clientSecret: secret }, parameters, {
      fallback: "exchange_failed",
      signal,
    }),
  );
  return tokens.accessToken;
}

/** Mints a token for a stored grant. Only the signal of the grant limits the time of the call. */
async function mint(
  config: GithubAppConfig,
  { providerInstallationId: id, signal }: StoredGrant,
  narrowing: Narrowing = {},
): Promise<MintedToken> {
  if (id === null) throw inactiveError("reauthorization_required");
  const options = { narrowing, limitMs: REFRESH_CALL_MS };
  return asApp(config, signal, (app) => mintInstallationToken(app, id, options));
}

/**
 * Revokes the user's token after the check. If this fails, the token expires within eight hours, provided that the
 * App's setting *Expire user authorization tokens* is on.
 */
async function revokeUserToken(
  { clientId, clientSecret, urls }: GithubAppConfig,
  userToken: string,
  signal: AbortSignal,
): Promise<void> {
  await clientSecret
    .use((secret) => deleteGithubToken(urls, { clientId, clientSecret: secret }, userToken, signal))
    .catch(() => {});
}
