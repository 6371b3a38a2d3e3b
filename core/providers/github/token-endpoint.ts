import * as v from "valibot";
import { type ErrorCode, ServiceError } from "../../errors.ts";
import type { AuthorizationRequest } from "../../ports/provider.ts";
import { ScopeText } from "../../scopes.ts";
import { OpaqueText } from "../../text.ts";
import { requestPlatform, unexpectedResponse } from "../request.ts";
import { LifetimeSeconds } from "../token-lifetime.ts";
import { type GithubUrls, isEnterpriseServer } from "./api.ts";

/**
 * Scopes come with commas, though they are asked for with spaces, and may be an empty text.
 *
 * @see [Authorizing OAuth apps](https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps)
 */
export const GithubTokenResponse = v.pipe(
  v.object({
    access_token: OpaqueText,
    scope: v.optional(ScopeText, ""),
    refresh_token: v.optional(OpaqueText),
    expires_in: v.optional(LifetimeSeconds),
    refresh_token_expires_in: v.optional(LifetimeSeconds),
  }),
  v.transform(({ scope, ...response }) => ({ ...response, scopes: scope })),
);
export type GithubTokenResponse = v.InferOutput<typeof GithubTokenResponse>;

const ErrorResponse = v.object({ error: v.pipe(v.string(), v.maxLength(100)) });

/**
 * What GitHub's errors mean for us; any other one ends the flow.
 *
 * @see [Troubleshooting OAuth app access token request errors](https://docs.github.com/en/apps/oauth-apps/maintaining-oauth-apps/troubleshooting-oauth-app-access-token-request-errors)
 */
const ERRORS = new Map<string, ErrorCode>([
  ["application_suspended", "provider_misconfigured"],
  ["bad_refresh_token", "reauthorization_required"],
  ["incorrect_client_credentials", "provider_misconfigured"],
  ["redirect_uri_mismatch", "provider_misconfigured"],
  ["unsupported_grant_type", "provider_misconfigured"],
  ["Not Found", "provider_misconfigured"],
]);

/**
 * Asks GitHub's token endpoint for tokens.
 *
 * The body decides whether that failed, not the status: GitHub answers 200 with an `error`.
 *
 * @throws {ServiceError} `reauthorization_required`, `provider_misconfigured`, `provider_error`,
 * `provider_unavailable`, `provider_rate_limited`, and `refusal` for errors that nobody documented
 */
export async function requestGithubTokens(
  webUrl: string,
  parameters: Record<string, string>,
  { refusal, signal }: { refusal: ErrorCode; signal: AbortSignal },
): Promise<GithubTokenResponse> {
  const { status, body } = await requestPlatform({
    platform: "github",
    url: new URL(`${webUrl}/login/oauth/access_token`),
    method: "POST",
    body: new URLSearchParams(parameters),
    signal,
  });

  const failure = v.safeParse(ErrorResponse, body);
  if (failure.success) {
    const code = ERRORS.get(failure.output.error) ?? refusal;
    throw new ServiceError(code, "github issued no token.", {
      reason: /^[a-z_ ]{1,60}$/i.test(failure.output.error)
        ? failure.output.error
        : "unknown error",
    });
  }

  const tokens = v.safeParse(GithubTokenResponse, body);
  // The issues of valibot would quote the body, and the body has tokens in it.
  if (status !== 200 || !tokens.success) throw unexpectedResponse("github", `status ${status}`);
  return tokens.output;
}

/**
 * Where a user authorizes the app; an OAuth App asks for scopes there.
 *
 * @see [Authorizing OAuth apps](https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps)
 */
export function githubAuthorizationUrl(
  urls: GithubUrls,
  clientId: string,
  { state, redirectUri, codeChallenge }: AuthorizationRequest,
  scopes: readonly string[] = [],
): URL {
  const url = new URL(`${urls.web}/login/oauth/authorize`);
  url.search = new URLSearchParams({
    client_id: clientId,
    redirect_uri: redirectUri,
    ...(scopes.length > 0 && { scope: scopes.join(" ") }),
    state,
    ...(!isEnterpriseServer(urls) && {
      code_challenge: codeChallenge,
      code_challenge_method: "S256",
    }),
  }).toString();
  return url;
}
