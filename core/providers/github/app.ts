import { ServiceError } from "../../errors.ts";
import { inactiveError } from "../../inactive.ts";
import type {
  CodeExchange,
  Grant,
  Narrowing,
  OAuthProvider,
  StoredGrant,
  TokenSet,
} from "../../ports/provider.ts";
import { unexpectedResponse } from "../request.ts";
import type { RotatingSecret } from "../rotating-secret.ts";
import {
  deleteGithubToken,
  GITHUB_REFRESH_MARGIN_SECONDS,
  type GithubUrls,
  type GithubUser,
  getAuthenticatedUser,
  isEnterpriseServer,
  refusedByGithub,
  requestGithub,
} from "./api.ts";
import { createAppJwt } from "./app-jwt.ts";
import {
  canSeeInstallation,
  findInstallation,
  type GithubCall,
  isOrganizationAdmin,
  mintInstallationToken,
  requireApp,
} from "./installations.ts";
import type { GithubAppInstallationToken, GithubInstallationInfo } from "./responses.ts";
import { githubAuthorizationUrl, requestGithubTokens } from "./token-endpoint.ts";

/** @see [Authenticating as an installation](https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/authenticating-as-a-github-app-installation) */
const MAX_LIFETIME_MS = 3_600_000;

export interface GithubAppConfig {
  readonly clientId: string;
  readonly clientSecret: RotatingSecret;
  /** The App's number, which is the issuer of its JWTs. */
  readonly appId: string;
  /** The App's name in the address of its install page. */
  readonly slug: string;
  /** In PEM, as GitHub hands it out. */
  readonly privateKey: RotatingSecret;
  readonly urls: GithubUrls;
}

/**
 * GitHub, as a GitHub App: the organization is the account that it is installed on, and its tokens are
 * minted with the App's own key. No user's token is kept.
 */
export function createGithubApp(config: GithubAppConfig): OAuthProvider {
  const { clientId, clientSecret, slug, urls } = config;

  return {
    platform: "github",
    kind: "github_app",
    clientId,
    issuer: `${urls.web}/login/oauth`,
    refreshMarginSeconds: GITHUB_REFRESH_MARGIN_SECONDS,
    tokensExpire: true,
    refreshEndsAccessToken: false,
    reuseLeewaySeconds: 0,

    installationUrl(state) {
      const folder = isEnterpriseServer(urls) ? "github-apps" : "apps";
      const url = new URL(`${urls.web}/${folder}/${slug}/installations/new`);
      url.searchParams.set("state", state);
      return url;
    },

    authorizationUrl(request) {
      return githubAuthorizationUrl(urls, clientId, request);
    },

    async exchange(exchange) {
      const { claimedInstallationId: id, signal } = exchange;
      if (id === null) {
        throw new ServiceError("invalid_request", "github named no installation of the App.");
      }
      const userToken = await redeem(config, exchange);
      try {
        return [await prove(config, { urls, bearer: userToken, signal }, id)];
      } finally {
        await dropUserToken(config, userToken, signal);
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
      if (id === null) return { status: "uninstalled" };
      const installation = await asApp(config, signal, (app) => findInstallation(app, id));
      if (!installation) return { status: "uninstalled" };
      const { accountId, accountLogin: organizationName } = installation;
      const organizationId = String(accountId);
      if (installation.isSuspended) return { status: "suspended", organizationId };
      return { status: "active", organizationId, organizationName };
    },

    /** @see [Delete an installation](https://docs.github.com/en/rest/apps/apps#delete-an-installation-for-the-authenticated-app) */
    async revoke({ providerInstallationId, signal }) {
      if (providerInstallationId === null) return;
      const path = `/app/installations/${providerInstallationId}`;
      await asApp(config, signal, async (app) => {
        const response = await requestGithub({ ...app, method: "DELETE", path });
        if (response.status === 404) await requireApp(app);
        else if (response.status !== 204) throw refusedByGithub(response);
      });
    },

    apiBaseUrl() {
      return urls.api;
    },
  };

  async function redeem(
    { clientId: client_id }: GithubAppConfig,
    { code, codeVerifier, redirectUri, signal }: CodeExchange,
  ): Promise<string> {
    const { access_token } = await clientSecret.use((client_secret) =>
      requestGithubTokens(
        urls.web,
        {
          client_id,
          client_secret,
          code,
          redirect_uri: redirectUri,
          ...(!isEnterpriseServer(urls) && { code_verifier: codeVerifier }),
        },
        { refusal: "exchange_failed", signal },
      ),
    );
    return access_token;
  }
}

/**
 * Proves that the user who authorized may bind the installation: the user's token sees it, the App's JWT
 * reads it, and the user is the account itself or an owner of it. GitHub warns that the id in the URL may
 * be anybody's.
 */
async function prove(config: GithubAppConfig, user: GithubCall, id: string): Promise<Grant> {
  const [isVisible, installation, person] = await Promise.all([
    canSeeInstallation(user, id),
    asApp(config, user.signal, (app) => findInstallation(app, id)),
    getAuthenticatedUser(user.urls, user.bearer, user.signal),
  ]);
  if (!isVisible || !installation || String(installation.appId) !== config.appId) {
    throw notVerified("invisible");
  }
  if (installation.accountType === "Enterprise") {
    const message = "github names no owner of an enterprise, so it cannot be proven.";
    throw new ServiceError("unsupported_install", message);
  }
  if (!(await mayBind(user, installation, person))) throw notVerified("no_owner");
  if (installation.isSuspended) throw inactiveError("suspended");

  const token = await asApp(config, user.signal, (app) => mintInstallationToken(app, id));
  return {
    organizationId: String(installation.accountId),
    organizationName: installation.accountLogin,
    organizationUrl: null,
    providerInstallationId: id,
    installedBy: person.email ?? person.login,
    installedById: person.id,
    tokens: toTokenSet(token),
  };
}

async function mayBind(
  user: GithubCall,
  { accountType, accountId, accountLogin }: GithubInstallationInfo,
  person: GithubUser,
): Promise<boolean> {
  if (accountType === "User") return String(accountId) === person.id;
  return isOrganizationAdmin(user, accountLogin);
}

async function mint(
  config: GithubAppConfig,
  { providerInstallationId: id, signal }: StoredGrant,
  narrowing: Narrowing = {},
): Promise<GithubAppInstallationToken> {
  if (id === null) throw inactiveError("reauthorization_required");
  return asApp(config, signal, (app) => mintInstallationToken(app, id, narrowing));
}

/** Speaks to GitHub as the App, with a JWT of its own for every call. */
function asApp<Result>(
  { appId, privateKey, urls }: GithubAppConfig,
  signal: AbortSignal,
  call: (app: GithubCall) => Promise<Result>,
): Promise<Result> {
  return privateKey.use(async (pem) => {
    const bearer = await createAppJwt(appId, pem, new Date());
    return call({ urls, bearer, signal });
  });
}

/** It was for the proof alone. When this fails, it dies by itself within eight hours. */
async function dropUserToken(
  { clientId, clientSecret, urls }: GithubAppConfig,
  userToken: string,
  signal: AbortSignal,
): Promise<void> {
  await clientSecret
    .use((secret) => deleteGithubToken(urls, { clientId, clientSecret: secret }, userToken, signal))
    .catch(() => {});
}

function toTokenSet({ token, expires_at }: GithubAppInstallationToken): TokenSet {
  const now = Date.now();
  const expiresAtMs = Date.parse(expires_at);
  if (expiresAtMs <= now) throw unexpectedResponse("github", "expired token");
  // GitHub's clock and ours may differ, and no clock of ours makes a token live longer.
  const expiresAt = new Date(Math.min(expiresAtMs, now + MAX_LIFETIME_MS));
  return {
    accessToken: token,
    refreshToken: null,
    expiresAt,
    refreshTokenExpiresAt: null,
    scopes: [],
  };
}

function notVerified(reason: string): ServiceError {
  return new ServiceError(
    "installation_not_verified",
    "The installation was not shown to be managed by whoever authorized.",
    { reason },
  );
}
