import { jsonResponse, type RequestContext } from "../http.ts";
import { matchesChallenge } from "../pkce.ts";
import { readTokenRequest, type TokenFields } from "../token-request.ts";
import type { GithubContext } from "./context.ts";
import { type OAuthError, tokenError } from "./errors.ts";
import { isAuthenticated } from "./registration.ts";
import { issueTokens, type TokenResponse } from "./tokens.ts";

/**
 * Handles `POST /login/oauth/access_token`. The status is 200 for errors too.
 *
 * @see [Exchange the code](https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps#2-users-are-redirected-back-to-your-site-by-github)
 */
export function handleTokenRequest(github: GithubContext, c: RequestContext): Response {
  const { fields, client } = readTokenRequest(c);
  if (client.id !== github.registration.clientId) return jsonResponse(404, { error: "Not Found" });

  const isClient = isAuthenticated(github.registration, client);
  const result = isClient ? grant(github, fields) : tokenError("incorrect_client_credentials");
  return inAcceptedFormat(c, result);
}

function grant(github: GithubContext, fields: TokenFields): TokenResponse | OAuthError {
  switch (fields.grant_type) {
    case "authorization_code":
      return exchangeCode(github, fields);
    case "refresh_token":
      return refresh(github, fields);
    default:
      return tokenError("unsupported_grant_type");
  }
}

function exchangeCode(
  github: GithubContext,
  { code, redirect_uri, code_verifier }: TokenFields,
): TokenResponse | OAuthError {
  // The code is used up even if a later check fails, so that a verifier can be guessed only once.
  const authorization = github.codes.take(code);
  if (!authorization) return tokenError("bad_verification_code");

  if (redirect_uri !== undefined && redirect_uri !== authorization.redirectUri) {
    return tokenError("redirect_uri_mismatch");
  }
  if (!matchesChallenge(authorization.codeChallenge, code_verifier)) {
    return tokenError("bad_verification_code");
  }
  return issueTokens(github, authorization);
}

/** Revokes the old pair at once, without leeway, and issues a new one. */
function refresh(
  github: GithubContext,
  { refresh_token }: TokenFields,
): TokenResponse | OAuthError {
  const used = github.tokens.findByRefreshToken(refresh_token);
  if (used?.clientId !== github.registration.clientId) return tokenError("bad_refresh_token");

  github.tokens.remove(used);
  return issueTokens(github, { login: used.subject, scopes: used.scopes, isOffline: true });
}

/** GitHub returns form encoding unless the client accepts JSON. */
function inAcceptedFormat(c: RequestContext, result: TokenResponse | OAuthError): Response {
  if (c.req.header("accept")?.includes("json")) return jsonResponse(200, result);

  const fields = new URLSearchParams();
  for (const [name, value] of Object.entries(result)) fields.set(name, String(value));
  return new Response(fields.toString(), {
    headers: { "content-type": "application/x-www-form-urlencoded; charset=utf-8" },
  });
}
