import * as v from "valibot";
import { ScopeText } from "../../grants/scopes.ts";
import type { AuthorizationRequest } from "../../ports/provider.ts";
import { OpaqueText } from "../../text.ts";
import { toAuthorizationUrl } from "../request.ts";
import { LifetimeSeconds, requestTokens } from "../token-request.ts";
import { findJiraError } from "./errors.ts";

const AUTHORIZE_PATH = "/authorize";
const TOKEN_PATH = "/oauth/token";

/**
 * The tokens of a 3LO grant. Without the scope `offline_access` there is no refresh token.
 *
 * @see [OAuth 2.0 (3LO) apps](https://developer.atlassian.com/cloud/jira/platform/oauth-2-3lo-apps/)
 */
export const JiraTokenResponse = v.pipe(
  v.object({
    access_token: OpaqueText,
    expires_in: LifetimeSeconds,
    scope: v.optional(ScopeText, ""),
    refresh_token: v.optional(OpaqueText),
  }),
  v.transform(({ scope, ...response }) => ({ ...response, scopes: scope })),
);

/** The parameters of a token request, but for the client ID. */
type JiraTokenParameters = { readonly client_secret: string } & (
  | {
      readonly grant_type: "authorization_code";
      readonly code: string;
      readonly redirect_uri: string;
    }
  | { readonly grant_type: "refresh_token"; readonly refresh_token: string }
);

/**
 * Requests tokens.
 *
 * @throws {ServiceError} `reauthorization_required`, `exchange_failed`, `provider_misconfigured`,
 * `provider_error`, `provider_unavailable`, `provider_rate_limited`
 */
export function requestJiraTokens(
  { clientId, urls }: { clientId: string; urls: { auth: string } },
  parameters: JiraTokenParameters,
  limits: { signal: AbortSignal; limitMs?: number },
) {
  const request = {
    platform: "jira",
    url: new URL(urls.auth + TOKEN_PATH),
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ client_id: clientId, ...parameters }),
    ...limits,
  } as const;
  return requestTokens(request, JiraTokenResponse, (body) =>
    findJiraError(body, parameters.grant_type),
  );
}

/**
 * Returns the URL at which a person grants access to their sites.
 *
 * @see [Direct the user to the authorization URL](https://developer.atlassian.com/cloud/jira/platform/oauth-2-3lo-apps/#1--direct-the-user-to-the-authorization-url-to-get-an-authorization-code)
 */
export function jiraAuthorizationUrl(
  config: { clientId: string; scopes: readonly string[]; urls: { auth: string; api: string } },
  { state, redirectUri }: AuthorizationRequest,
): URL {
  return toAuthorizationUrl(config.urls.auth + AUTHORIZE_PATH, {
    // The API that the tokens are for. Government Cloud has another one.
    audience: new URL(config.urls.api).host,
    client_id: config.clientId,
    scope: config.scopes.join(" "),
    redirect_uri: redirectUri,
    state,
    response_type: "code",
    prompt: "consent",
  });
}
