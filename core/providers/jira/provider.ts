import * as v from "valibot";
import { ServiceError } from "../../errors.ts";
import { OrganizationId, OrganizationName } from "../../installation.ts";
import type { Grant, OAuthProvider, TokenSet } from "../../ports/provider.ts";
import { PlainText } from "../../text.ts";
import { requestPlatform, unexpectedResponse } from "../request.ts";
import type { RotatingSecret } from "../rotating-secret.ts";
import { JiraTokenResponse } from "./token-endpoint.ts";

const REFRESH_MARGIN_SECONDS = 900;

/** @see [Refresh tokens](https://developer.atlassian.com/cloud/oauth/getting-started/refresh-tokens/) */
const REUSE_LEEWAY_SECONDS = 600;

const JIRA_SCOPE = /:jira(-|$)/;

/** A site in the grant. The same id comes twice when Confluence was granted too. */
const Site = v.object({
  id: OrganizationId,
  name: OrganizationName,
  url: v.pipe(v.string(), v.regex(/^https:\/\/[a-z0-9-]+\.atlassian\.net$/)),
  scopes: v.array(v.string()),
});

const Me = v.object({
  account_id: v.pipe(PlainText, v.nonEmpty(), v.maxLength(255)),
  email: v.nullish(PlainText, null),
  name: v.nullish(PlainText, null),
});

const ErrorResponse = v.object({
  error: v.string(),
  error_description: v.optional(v.string(), ""),
});

export interface JiraConfig {
  readonly clientId: string;
  readonly clientSecret: RotatingSecret;
  readonly scopes: readonly string[];
  readonly urls: { readonly auth: string; readonly api: string };
}

/** Jira Cloud, as an OAuth 2.0 (3LO) app: the organization is a site, by its cloud id. */
export function createJira(config: JiraConfig): OAuthProvider {
  const { clientId, clientSecret, scopes, urls } = config;

  return {
    platform: "jira",
    kind: "jira_3lo",
    clientId,
    issuer: urls.auth,
    refreshMarginSeconds: REFRESH_MARGIN_SECONDS,
    tokensExpire: true,
    refreshEndsAccessToken: false,
    reuseLeewaySeconds: REUSE_LEEWAY_SECONDS,

    /** @see [Direct the user to the authorization URL](https://developer.atlassian.com/cloud/jira/platform/oauth-2-3lo-apps/#1--direct-the-user-to-the-authorization-url-to-get-an-authorization-code) */
    authorizationUrl({ state, redirectUri }) {
      const url = new URL(`${urls.auth}/authorize`);
      url.search = new URLSearchParams({
        audience: "api.atlassian.com",
        client_id: clientId,
        scope: scopes.join(" "),
        redirect_uri: redirectUri,
        state,
        response_type: "code",
        prompt: "consent",
      }).toString();
      return url;
    },

    async exchange({ code, redirectUri, signal }) {
      const issuedAt = Date.now();
      const fields = { grant_type: "authorization_code", code, redirect_uri: redirectUri };
      const response = await clientSecret.use((secret) =>
        requestTokens(config, { ...fields, client_secret: secret }, signal),
      );
      if (response.refresh_token === undefined) {
        throw new ServiceError("missing_scope", "jira granted no access for longer than an hour.");
      }
      const accessToken = response.access_token;
      const [sites, me] = await Promise.all([
        findSites(config, accessToken, signal),
        getMe(config, accessToken, signal),
      ]);
      if (!sites) throw unexpectedResponse("jira", "refused token");
      const grants = sites.map((site) => toGrant(site, me, toTokenSet(response, issuedAt)));
      const [first, ...others] = grants;
      if (first) return [first, ...others];
      throw new ServiceError("unsupported_install", "The grant covers no Jira site.");
    },

    canRefresh({ hasRefreshToken }) {
      return hasRefreshToken;
    },

    async refresh({ refreshToken, signal }) {
      const issuedAt = Date.now();
      const fields = { grant_type: "refresh_token", refresh_token: refreshToken ?? "" };
      const response = await clientSecret.use((secret) =>
        requestTokens(config, { ...fields, client_secret: secret }, signal),
      );
      return toTokenSet(response, issuedAt);
    },

    /** Atlassian sends nothing when an app is removed: the site is missing from the grant then. */
    async check({ organizationId, accessToken, signal }) {
      if (accessToken === null) return { status: "reauthorization_required" };
      const sites = await findSites(config, accessToken, signal);
      const site = sites?.find(({ id }) => id === organizationId);
      if (!site) return { status: "reauthorization_required" };
      return { status: "active", organizationId, organizationName: site.name };
    },

    // Atlassian has no revocation endpoint: people end a grant in their account.
    async revoke() {},

    apiBaseUrl(cloudId) {
      return `${urls.api}/ex/jira/${cloudId}`;
    },
  };
}

/** Branches on the error, not on the status: for a dead refresh token, 403 and 400 are both seen. */
async function requestTokens(
  { clientId, urls }: JiraConfig,
  fields: { grant_type: string } & Record<string, string>,
  signal: AbortSignal,
): Promise<JiraTokenResponse> {
  const { status, body } = await requestPlatform({
    platform: "jira",
    url: new URL(`${urls.auth}/oauth/token`),
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ client_id: clientId, ...fields }),
    signal,
  });
  const failure = v.safeParse(ErrorResponse, body);
  if (failure.success) throw toError(failure.output, fields.grant_type === "refresh_token");

  const tokens = v.safeParse(JiraTokenResponse, body);
  if (status !== 200 || !tokens.success) throw unexpectedResponse("jira", `status ${status}`);
  return tokens.output;
}

/**
 * `unauthorized_client` is a dead refresh token when the description says so, and our own mistake
 * otherwise; `access_denied` here is a wrong client secret.
 */
function toError(failure: v.InferOutput<typeof ErrorResponse>, isRefresh: boolean): ServiceError {
  const { error, error_description: description } = failure;
  const reason = /^[a-z_]{1,40}$/.test(error) ? error : "unknown error";
  const isDead =
    error === "invalid_grant" ||
    (error === "unauthorized_client" && /refresh_token/i.test(description));
  if (isDead && isRefresh) {
    return new ServiceError("reauthorization_required", "The grant has ended at jira.", { reason });
  }
  if (error === "access_denied" || error.endsWith("_client")) {
    return new ServiceError("provider_misconfigured", "jira refuses our client.", { reason });
  }
  const code = isRefresh ? "provider_error" : "exchange_failed";
  return new ServiceError(code, "jira issued no token.", { reason });
}

/** The Jira sites of a grant; `undefined` when the token is dead. */
async function findSites(
  { urls }: JiraConfig,
  accessToken: string,
  signal: AbortSignal,
): Promise<v.InferOutput<typeof Site>[] | undefined> {
  const { status, body } = await requestPlatform({
    platform: "jira",
    url: new URL(`${urls.api}/oauth/token/accessible-resources`),
    headers: { authorization: `Bearer ${accessToken}` },
    signal,
  });
  if (status === 401) return undefined;
  const sites = v.safeParse(v.array(Site), body);
  if (status !== 200 || !sites.success) throw unexpectedResponse("jira", `status ${status}`);

  const ofJira = sites.output.filter(({ scopes }) =>
    scopes.some((scope) => JIRA_SCOPE.test(scope)),
  );
  return [...new Map(ofJira.map((site) => [site.id, site])).values()];
}

async function getMe(
  { urls }: JiraConfig,
  accessToken: string,
  signal: AbortSignal,
): Promise<v.InferOutput<typeof Me>> {
  const { status, body } = await requestPlatform({
    platform: "jira",
    url: new URL(`${urls.api}/me`),
    headers: { authorization: `Bearer ${accessToken}` },
    signal,
  });
  const me = v.safeParse(Me, body);
  if (status !== 200 || !me.success) throw unexpectedResponse("jira", `status ${status}`);
  return me.output;
}

function toGrant(
  site: v.InferOutput<typeof Site>,
  me: v.InferOutput<typeof Me>,
  tokens: TokenSet,
): Grant {
  return {
    organizationId: site.id,
    organizationName: site.name,
    organizationUrl: site.url,
    providerInstallationId: null,
    installedBy: me.email ?? me.name ?? me.account_id,
    installedById: me.account_id,
    tokens,
  };
}

function toTokenSet(response: JiraTokenResponse, issuedAt: number): TokenSet {
  return {
    accessToken: response.access_token,
    refreshToken: response.refresh_token ?? null,
    expiresAt: new Date(issuedAt + response.expires_in * 1000),
    refreshTokenExpiresAt: null,
    scopes: response.scopes,
  };
}
