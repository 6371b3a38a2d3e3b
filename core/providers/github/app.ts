import { REFRESH_CALL_MS } from "../../deadlines.ts";
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
import { toAuthorizationUrl } from "../request.ts";
import type { RotatingSecret } from "../rotating-secret.ts";
import {
  GITHUB_REFRESH_MARGIN_SECONDS,
  type GithubCall,
  type GithubUrls,
  type GithubUser,
  getAuthenticatedUser,
  installPath,
  isEnterpriseServer,
} from "./api.ts";
import { createAppJwt } from "./app-jwt.ts";
import { deleteGithubToken } from "./applications.ts";
import {
  canSeeInstallation,
  deleteInstallation,
  findInstallation,
  type GithubAppCall,
  isOrganizationOwner,
  type MintedToken,
  mintInstallationToken,
} from "./installations.ts";
import type { GithubInstallationInfo } from "./responses.ts";
import {
  codeParameters,
  githubAuthorizationUrl,
  githubIssuer,
  requestGithubTokens,
} from "./token-endpoint.ts";

/** The types of accounts whose owners can be verified. An enterprise is none of them. */
const SUPPORTED = new Set(["User", "Organization"]);

export interface GithubAppConfig {
  readonly clientId: string;
  readonly clientSecret: RotatingSecret;
  /** The number of the App. */
  readonly appId: string;
  /** The name of the App in the URL of its install page. */
  readonly slug: string;
  /** In PEM, as downloaded from GitHub. */
  readonly privateKey: RotatingSecret;
  readonly urls: GithubUrls;
}

/**
 * Creates the provider of a GitHub App. The organization is the account that the App is installed on. Its
 * tokens are minted with the App's private key; no user's token is stored.
 */
export function createGithubApp(config: GithubAppConfig): OAuthProvider {
  const { clientId, slug, urls } = config;

  return {
    platform: "github",
    kind: "github_app",
    clientId,
    scopes: [],
    issuer: githubIssuer(urls),
    refreshMarginSeconds: GITHUB_REFRESH_MARGIN_SECONDS,
    tokensExpire: true,
    survivesRefreshes: Number.POSITIVE_INFINITY,
    retryRefresh: "at once",
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
      if (id === null) {
        const message = "The callback belongs to no installation of the GitHub App.";
        throw new ServiceError("invalid_request", message);
      }
      const userToken = await exchangeForUserToken(config, exchange);
      try {
        return [await verifyClaim(config, { urls, bearer: userToken, signal }, id)];
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
      const { accountId, accountLogin: organizationName } = installation;
      const organizationId = String(accountId);
      if (installation.isSuspended) {
        return { status: "suspended", evidence: "installation", organizationId };
      }
      return { status: "active", organizationId, organizationName };
    },

    async revoke({ providerInstallationId: id, signal }) {
      if (id !== null) await asApp(config, signal, (app) => deleteInstallation(app, id));
    },

    apiBaseUrl() {
      return urls.api;
    },
  };
}

async function exchangeForUserToken(
  { clientId, clientSecret, urls }: GithubAppConfig,
  exchange: CodeExchange,
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

/**
 * Returns the grant of a claimed installation after three checks: the user's token can access the
 * installation, the App can read it, and the user is the account itself or an owner of it. GitHub warns that
 * the id in the URL can be forged.
 */
async function verifyClaim(config: GithubAppConfig, user: GithubCall, id: string): Promise<Grant> {
  const [isVisible, installation, person] = await Promise.all([
    canSeeInstallation(user, id),
    asApp(config, user.signal, (app) => findInstallation(app, id)),
    getAuthenticatedUser(user),
  ]);
  const isOurs = installation && String(installation.appId) === config.appId;
  if (!isVisible || !isOurs) {
    const message = "The authorizing user has no access to this installation.";
    const reason = installation && !isOurs ? "another App id" : "invisible";
    throw new ServiceError("installation_not_verified", message, { reason });
  }
  if (!SUPPORTED.has(installation.accountType)) {
    const message = "The App is installed on an account whose owners GitHub does not return.";
    throw new ServiceError("unsupported_install", message, { reason: "account type" });
  }
  if (!(await isOwner(user, installation, person))) {
    const message = "The authorizing user is not an owner of this organization.";
    throw new ServiceError("installation_not_verified", message, { reason: "no_owner" });
  }
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

/** Returns whether a person is the account of an installation, or an owner of it. */
async function isOwner(
  user: GithubCall,
  { accountType, accountId, accountLogin }: GithubInstallationInfo,
  person: GithubUser,
): Promise<boolean> {
  if (accountType === "User") return String(accountId) === person.id;
  return isOrganizationOwner(user, { id: accountId, login: accountLogin });
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

/** Runs a call with a new JWT of the App. */
function asApp<Result>(
  { clientId, appId, privateKey, urls }: GithubAppConfig,
  signal: AbortSignal,
  call: (app: GithubAppCall) => Promise<Result>,
): Promise<Result> {
  return privateKey.use(async (pem) => {
    const issuer = isEnterpriseServer(urls) ? appId : clientId;
    const bearer = await createAppJwt(issuer, pem, new Date());
    return call({ urls, clientId, bearer, signal });
  });
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

function toTokenSet({ token, expiresInSeconds }: MintedToken): TokenSet {
  return {
    accessToken: token,
    refreshToken: null,
    expiresInSeconds,
    refreshTokenExpiresInSeconds: null,
    scopes: [],
  };
}
