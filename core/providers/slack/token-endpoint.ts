import * as v from "valibot";
import { type ErrorCode, ServiceError } from "../../errors.ts";
import { ScopeText } from "../../grants/scopes.ts";
import type { AuthorizationRequest } from "../../ports/provider.ts";
import { OpaqueText } from "../../text.ts";
import { ReportedName } from "../reported-text.ts";
import { toAuthorizationUrl } from "../request.ts";
import { LifetimeSeconds, requestTokens } from "../token-request.ts";
import { SlackFailure } from "./api.ts";
import { slackError } from "./errors.ts";

const AUTHORIZE_PATH = "/oauth/v2/authorize";
const TOKEN_PATH = "/api/oauth.v2.access";

const TeamOrEnterprise = v.object({ id: v.string(), name: v.nullish(ReportedName, "") });

/**
 * A bot token, whose type is `bot`. `team` is null if an enterprise installed the app for all its teams.
 *
 * @see [oauth.v2.access](https://docs.slack.dev/reference/methods/oauth.v2.access)
 */
export const SlackTokenResponse = v.pipe(
  v.object({
    ok: v.literal(true),
    access_token: OpaqueText,
    token_type: v.literal("bot"),
    scope: ScopeText,
    bot_user_id: v.optional(v.string()),
    app_id: v.optional(v.string()),
    team: v.nullish(TeamOrEnterprise, null),
    enterprise: v.nullish(TeamOrEnterprise, null),
    is_enterprise_install: v.optional(v.boolean(), false),
    /** Absent when a token is refreshed. */
    authed_user: v.optional(v.object({ id: v.string() })),
    refresh_token: v.optional(OpaqueText),
    expires_in: v.optional(LifetimeSeconds),
  }),
  // A token that expires comes with a refresh token, and a token that does not expire without one.
  v.check(({ expires_in, refresh_token }) => !expires_in === !refresh_token),
  v.transform(({ scope, ...response }) => ({ ...response, scopes: scope })),
);
export type SlackTokenResponse = v.InferOutput<typeof SlackTokenResponse>;

/** A user's grant without a bot: its token, if any, is nested, and there is none at the top level. */
const UserOnly = v.object({ ok: v.literal(true), access_token: v.optional(v.never()) });

export interface SlackTokenRequest {
  readonly url: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly parameters: Readonly<Record<string, string>>;
}

/**
 * Requests a bot token. `fallback` is the code for errors that Slack does not document.
 *
 * @throws {ServiceError} `reauthorization_required`, `unsupported_install`, `missing_scope`,
 * `provider_misconfigured`, `provider_error`, `provider_unavailable`, `provider_rate_limited`, and `fallback`
 */
export function requestSlackTokens(
  { url, clientId, clientSecret, parameters }: SlackTokenRequest,
  { fallback, ...limits }: { fallback: ErrorCode; signal: AbortSignal; limitMs?: number },
) {
  const credentials = Buffer.from(`${clientId}:${clientSecret}`).toString("base64");
  const request = {
    platform: "slack",
    url: new URL(url + TOKEN_PATH),
    method: "POST",
    headers: { authorization: `Basic ${credentials}` },
    body: new URLSearchParams(parameters),
    ...limits,
  } as const;
  return requestTokens(request, SlackTokenResponse, (body) => {
    const failure = v.safeParse(SlackFailure, body);
    if (failure.success) return slackError(failure.output.error, fallback);
    if (!("code" in parameters) || !v.safeParse(UserOnly, body).success) return undefined;
    return new ServiceError("unsupported_install", "Slack granted no bot token.");
  });
}

/** Returns the URL at which a person installs the app. */
export function slackAuthorizationUrl(
  { url, clientId, scopes }: { url: string; clientId: string; scopes: readonly string[] },
  { state, redirectUri }: AuthorizationRequest,
): URL {
  return toAuthorizationUrl(url + AUTHORIZE_PATH, {
    client_id: clientId,
    scope: scopes.join(","),
    redirect_uri: redirectUri,
    state,
  });
}
