import { json, type PlatformRequest, type Reply } from "../http.ts";
import { provesChallenge } from "../pkce.ts";
import { readTokenRequest, type TokenFields } from "../token-request.ts";
import type { GithubContext } from "./context.ts";
import { type OAuthError, tokenError } from "./errors.ts";
import { isAuthenticated } from "./registration.ts";
import { issueTokens, type TokenAnswer } from "./tokens.ts";

const FORM_HEADERS = {
  "content-type": "application/x-www-form-urlencoded; charset=utf-8",
  "cache-control": "no-store",
};

/**
 * `POST /login/oauth/access_token`: HTTP 200, whether it worked or not.
 *
 * @see [Exchange the code](https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps#2-users-are-redirected-back-to-your-site-by-github)
 */
export function answerTokenRequest(github: GithubContext, request: PlatformRequest): Reply {
  const { fields, client } = readTokenRequest(request);
  if (client.id !== github.registration.clientId) return json(404, { error: "Not Found" });

  const isClient = isAuthenticated(github.registration, client);
  const answer = isClient ? grant(github, fields) : tokenError("incorrect_client_credentials");
  return inAcceptedFormat(request, answer);
}

function grant(github: GithubContext, fields: TokenFields): TokenAnswer | OAuthError {
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
): TokenAnswer | OAuthError {
  // Whatever comes of it, the code is spent: who guesses at a verifier gets one guess.
  const authorization = github.codes.take(code);
  if (!authorization) return tokenError("bad_verification_code");

  if (redirect_uri !== undefined && redirect_uri !== authorization.redirectUri) {
    return tokenError("redirect_uri_mismatch");
  }
  if (!provesChallenge(authorization.codeChallenge, code_verifier)) {
    return tokenError("bad_verification_code");
  }
  return issueTokens(github, authorization);
}

/** The old access token ends with the old refresh token, at once and without any leeway. */
function refresh(github: GithubContext, { refresh_token }: TokenFields): TokenAnswer | OAuthError {
  const spent = github.tokens.findByRefreshToken(refresh_token);
  if (spent?.clientId !== github.registration.clientId) return tokenError("bad_refresh_token");

  github.tokens.remove(spent);
  return issueTokens(github, { login: spent.subject, scopes: spent.scopes, isOffline: true });
}

/** GitHub answers in form encoding unless it is asked for JSON. */
function inAcceptedFormat(request: PlatformRequest, answer: TokenAnswer | OAuthError): Reply {
  if (request.headers.accept?.includes("json")) return json(200, answer);

  const fields = new URLSearchParams();
  for (const [name, value] of Object.entries(answer)) fields.set(name, String(value));
  return { status: 200, headers: FORM_HEADERS, body: fields.toString() };
}
