import * as v from "valibot";
import { type ErrorCode, ServiceError } from "../../errors.ts";
import { OrganizationId } from "../../installation.ts";
import type { Grant, OAuthProvider, TokenSet } from "../../ports/provider.ts";
import { type PlatformResponse, requestPlatform, unexpectedResponse } from "../request.ts";
import type { RotatingSecret } from "../rotating-secret.ts";
import { SlackTokenResponse } from "./token-endpoint.ts";

/** Of twelve hours, as Slack's own SDK does it. */
const REFRESH_MARGIN_SECONDS = 7200;

const Failure = v.object({ ok: v.literal(false), error: v.pipe(v.string(), v.maxLength(100)) });

/** A user's grant without a bot: the token, if any, is nested, and there is none at the top. */
const UserOnly = v.object({ ok: v.literal(true), access_token: v.optional(v.never()) });

const Success = v.object({ ok: v.literal(true) });

/** Whose token it is. For an org-wide install, Slack names some team there too. */
const Identity = v.object({
  ok: v.literal(true),
  team_id: v.nullish(v.string()),
  enterprise_id: v.nullish(v.string()),
  is_enterprise_install: v.nullish(v.boolean()),
});

/** @see [oauth.v2.access](https://docs.slack.dev/reference/methods/oauth.v2.access) */
const ERRORS = new Map<string, ErrorCode>([
  ["bad_client_secret", "provider_misconfigured"],
  ["bad_redirect_uri", "provider_misconfigured"],
  ["invalid_client_id", "provider_misconfigured"],
  ["invalid_team_for_non_distributed_app", "provider_misconfigured"],
  ["oauth_authorization_url_mismatch", "provider_misconfigured"],
  ["pkce_not_allowed", "provider_misconfigured"],
  ["invalid_refresh_token", "reauthorization_required"],
  ["token_revoked", "reauthorization_required"],
  ["account_inactive", "reauthorization_required"],
  ["cannot_install_an_org_installed_app", "unsupported_install"],
  ["no_scopes", "missing_scope"],
  ["accesslimited", "provider_unavailable"],
  ["fatal_error", "provider_unavailable"],
  ["internal_error", "provider_unavailable"],
  ["request_timeout", "provider_unavailable"],
  ["service_unavailable", "provider_unavailable"],
  ["ratelimited", "provider_rate_limited"],
]);

/** What says that the bot's access has ended. */
const ENDED = new Set(["account_inactive", "invalid_auth", "token_revoked"]);

export interface SlackConfig {
  readonly clientId: string;
  readonly clientSecret: RotatingSecret;
  readonly scopes: readonly string[];
  readonly url: string;
}

/**
 * Slack, as a bot: the organization is a team, or the enterprise that installed it for all its teams.
 *
 * Without PKCE: to send a challenge would make the app a public client for good.
 *
 * @see [Using PKCE](https://docs.slack.dev/authentication/using-pkce)
 */
export function createSlack(config: SlackConfig): OAuthProvider {
  const { clientId, clientSecret, scopes, url: slackUrl } = config;

  return {
    platform: "slack",
    kind: "slack_bot",
    clientId,
    issuer: slackUrl,
    refreshMarginSeconds: REFRESH_MARGIN_SECONDS,
    tokensExpire: false,
    refreshEndsAccessToken: false,
    reuseLeewaySeconds: 0,

    authorizationUrl({ state, redirectUri }) {
      const url = new URL(`${slackUrl}/oauth/v2/authorize`);
      url.search = new URLSearchParams({
        client_id: clientId,
        scope: scopes.join(","),
        redirect_uri: redirectUri,
        state,
      }).toString();
      return url;
    },

    async exchange({ code, redirectUri, signal }) {
      const issuedAt = Date.now();
      const fields = { code, redirect_uri: redirectUri };
      const response = await requestTokens(config, fields, { refusal: "exchange_failed", signal });
      return [toGrant(response, toTokenSet(response, issuedAt))];
    },

    canRefresh({ hasRefreshToken }) {
      return hasRefreshToken;
    },

    async refresh({ refreshToken, signal }) {
      const issuedAt = Date.now();
      const fields = { grant_type: "refresh_token", refresh_token: refreshToken ?? "" };
      const response = await requestTokens(config, fields, { refusal: "provider_error", signal });
      return toTokenSet(response, issuedAt);
    },

    /** @see [auth.test](https://docs.slack.dev/reference/methods/auth.test) */
    async check({ accessToken, signal }) {
      if (accessToken === null) return { status: "uninstalled" };
      const headers = { authorization: `Bearer ${accessToken}` };
      const body = new URLSearchParams();
      const response = await callSlack(config, "auth.test", { body, headers, signal });
      const active = { status: "active", organizationName: undefined } as const;
      const identity = v.safeParse(Identity, response.body);
      if (identity.success) return { ...active, organizationId: toOrganizationId(identity.output) };

      const failure = v.safeParse(Failure, response.body);
      if (!failure.success) throw unexpectedResponse("slack", "auth.test");
      const { error } = failure.output;
      if (ENDED.has(error)) return { status: "uninstalled" };
      // An old token says nothing of the grant: the next lookup renews it, and learns how it stands.
      if (error === "token_expired") return { ...active, organizationId: undefined };
      throw toError(error, "provider_error");
    },

    /** @see [apps.uninstall](https://docs.slack.dev/reference/methods/apps.uninstall) */
    async revoke({ accessToken, signal }) {
      if (accessToken === null) return;
      await clientSecret.use(async (secret) => {
        const body = new URLSearchParams({ client_id: clientId, client_secret: secret });
        const headers = { authorization: `Bearer ${accessToken}` };
        const response = await callSlack(config, "apps.uninstall", { body, headers, signal });
        if (v.is(Success, response.body)) return;

        const failure = v.safeParse(Failure, response.body);
        if (!failure.success) throw unexpectedResponse("slack", "apps.uninstall");
        // An expired token can end nothing: the app stays installed.
        if (!ENDED.has(failure.output.error)) {
          throw toError(failure.output.error, "provider_error");
        }
      });
    },

    apiBaseUrl() {
      return `${slackUrl}/api`;
    },
  };
}

function requestTokens(
  config: SlackConfig,
  fields: Record<string, string>,
  { refusal, signal }: { refusal: ErrorCode; signal: AbortSignal },
): Promise<SlackTokenResponse> {
  return config.clientSecret.use(async (secret) => {
    const credentials = Buffer.from(`${config.clientId}:${secret}`).toString("base64");
    const headers = { authorization: `Basic ${credentials}` };
    const body = new URLSearchParams(fields);
    const response = await callSlack(config, "oauth.v2.access", { body, headers, signal });

    const failure = v.safeParse(Failure, response.body);
    if (failure.success) throw toError(failure.output.error, refusal);
    const tokens = v.safeParse(SlackTokenResponse, response.body);
    if (tokens.success && isWhole(tokens.output)) return tokens.output;
    if (refusal === "exchange_failed" && v.is(UserOnly, response.body)) {
      throw new ServiceError("unsupported_install", "slack granted no bot token.");
    }
    throw unexpectedResponse("slack", `status ${response.status}`);
  });
}

/** A token that expires is only of use with something to renew it. */
function isWhole({ expires_in, refresh_token }: SlackTokenResponse): boolean {
  return (expires_in === undefined) === (refresh_token === undefined);
}

function callSlack(
  { url }: SlackConfig,
  method: string,
  call: { body: URLSearchParams; headers: Record<string, string>; signal: AbortSignal },
): Promise<PlatformResponse> {
  const request = {
    platform: "slack",
    url: new URL(`${url}/api/${method}`),
    method: "POST",
  } as const;
  return requestPlatform({ ...request, ...call });
}

/** Slack fails with HTTP 200 and `ok: false`. */
function toError(error: string, refusal: ErrorCode): ServiceError {
  const reason = /^[a-z_]{1,60}$/.test(error) ? error : "unknown error";
  return new ServiceError(ERRORS.get(error) ?? refusal, "slack said no.", { reason });
}

function toGrant(response: SlackTokenResponse, tokens: TokenSet): Grant {
  const { team, enterprise, is_enterprise_install: isOrgWide, authed_user: user } = response;
  const organization = isOrgWide ? enterprise : team;
  const id = v.safeParse(OrganizationId, organization?.id);
  if (!organization || !id.success || !user) throw unexpectedResponse("slack", "no team or user");
  return {
    organizationId: id.output,
    organizationName: organization.name || id.output,
    organizationUrl: null,
    providerInstallationId: null,
    installedBy: user.id,
    installedById: user.id,
    tokens,
  };
}

function toTokenSet(response: SlackTokenResponse, issuedAt: number): TokenSet {
  const { access_token, refresh_token, expires_in, scopes } = response;
  return {
    accessToken: access_token,
    refreshToken: refresh_token ?? null,
    expiresAt: expires_in === undefined ? null : new Date(issuedAt + expires_in * 1000),
    refreshTokenExpiresAt: null,
    scopes,
  };
}

function toOrganizationId(identity: v.InferOutput<typeof Identity>): string | undefined {
  const { team_id, enterprise_id, is_enterprise_install: isOrgWide } = identity;
  return (isOrgWide ? enterprise_id : team_id) ?? undefined;
}
