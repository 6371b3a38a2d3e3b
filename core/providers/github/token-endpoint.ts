import * as v from "valibot";
import type { ErrorCode } from "../../errors.ts";
import { ScopeText } from "../../grants/scopes.ts";
import type { AuthorizationRequest } from "../../ports/provider.ts";
import { OpaqueText } from "../../text.ts";
import { toAuthorizationUrl } from "../request.ts";
import { LifetimeSeconds, requestTokens } from "../token-request.ts";
import { type GithubUrls, isEnterpriseServer } from "./api.ts";
import { githubTokenError } from "./errors.ts";

const ISSUER_PATH = "/login/oauth";
const AUTHORIZE_PATH = "/login/oauth/authorize";
const TOKEN_PATH = "/login/oauth/access_token";

/**
 * A user's tokens. The scopes are separated by commas, and may be an empty text.
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

const Failure = v.object({ error: v.pipe(v.string(), v.maxLength(100)) });

/** Returns the `iss` of GitHub's callbacks (RFC 9207). */
export function githubIssuer(urls: GithubUrls): string {
  return urls.web + ISSUER_PATH;
}

/** The parameters of a token request, but for the client id and secret. */
export type GithubTokenParameters = Readonly<Record<string, string>>;

/** Returns the parameters that exchange a code for tokens. An Enterprise Server has no PKCE. */
export function codeParameters(
  urls: GithubUrls,
  { code, redirectUri, codeVerifier }: { code: string; redirectUri: string; codeVerifier: string },
): GithubTokenParameters {
  return {
    code,
    redirect_uri: redirectUri,
    ...(!isEnterpriseServer(urls) && { code_verifier: codeVerifier }),
  };
}

/**
 * Requests a user's tokens. `fallback` is the code for errors that GitHub does not document.
 *
 * The body tells an error, not the status: GitHub returns 200 with an `error`.
 *
 * @throws {ServiceError} `reauthorization_required`, `provider_misconfigured`, `provider_error`,
 * `provider_unavailable`, `provider_rate_limited`, and `fallback`
 */
export function requestGithubTokens(
  urls: GithubUrls,
  client: { clientId: string; clientSecret: string },
  parameters: GithubTokenParameters,
  { fallback, ...limits }: { fallback: ErrorCode; signal: AbortSignal; limitMs?: number },
) {
  const request = {
    platform: "github",
    url: new URL(urls.web + TOKEN_PATH),
    method: "POST",
    body: new URLSearchParams({
      client_id: client.clientId,
      client_secret: client.clientSecret,
      ...parameters,
    }),
    ...limits,
  } as const;
  return requestTokens(request, GithubTokenResponse, (body) => {
    const failure = v.safeParse(Failure, body);
    return failure.success ? githubTokenError(failure.output.error, fallback) : undefined;
  });
}

/**
 * Returns the URL at which a user authorizes the app. Only an OAuth App requests scopes.
 *
 * @see [Authorizing OAuth apps](https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps)
 */
export function githubAuthorizationUrl(
  config: { urls: GithubUrls; clientId: string; scopes?: readonly string[] },
  { state, redirectUri, codeChallenge }: AuthorizationRequest,
): URL {
  const { urls, clientId, scopes = [] } = config;
  return toAuthorizationUrl(urls.web + AUTHORIZE_PATH, {
    client_id: clientId,
    redirect_uri: redirectUri,
    scope: scopes.length > 0 ? scopes.join(" ") : undefined,
    state,
    ...(!isEnterpriseServer(urls) && {
      code_challenge: codeChallenge,
      code_challenge_method: "S256",
    }),
  });
}
