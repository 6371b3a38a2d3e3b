import { randomUUID } from "node:crypto";
import * as v from "valibot";
import { jsonResponse, type RequestContext, readFields } from "../http.ts";
import type { JiraContext } from "./context.ts";
import { findGrant } from "./grants.ts";
import { issueTokens, revokeFamilyOnReuse, spendRefreshToken } from "./tokens.ts";

/** An unreadable body counts as one without fields and is refused for its missing client id. */
const TokenRequest = v.fallback(
  v.object({
    client_id: v.optional(v.string()),
    client_secret: v.optional(v.string(), ""),
    grant_type: v.optional(v.string(), ""),
    code: v.optional(v.string(), ""),
    redirect_uri: v.optional(v.string()),
    refresh_token: v.optional(v.string(), ""),
  }),
  { client_secret: "", grant_type: "", code: "", refresh_token: "" },
);
type TokenRequest = v.InferOutput<typeof TokenRequest>;

/**
 * Handles `POST /oauth/token`, with JSON as documented or with a form. The client authenticates in the
 * body; a Basic header is ignored.
 *
 * @see [Exchange the code](https://developer.atlassian.com/cloud/jira/platform/oauth-2-3lo-apps/#2--exchange-authorization-code-for-access-token)
 */
export function handleTokenRequest(jira: JiraContext, c: RequestContext): Response {
  const fields = v.parse(TokenRequest, readFields(c));
  const { clientId, clientSecret } = jira.registration;
  const isClient =
    fields.client_id === clientId && [clientSecret].flat().includes(fields.client_secret);
  if (!isClient) return tokenError(401, "access_denied", "Unauthorized");

  switch (fields.grant_type) {
    case "authorization_code":
      return exchangeCode(jira, fields);
    case "refresh_token":
      return refresh(jira, fields);
    default:
      return tokenError(403, "unsupported_grant_type", "Unsupported grant type");
  }
}

function exchangeCode(jira: JiraContext, { code, redirect_uri }: TokenRequest): Response {
  const authorization = jira.codes.take(code);
  const grant = authorization && findGrant(jira, authorization.login);
  if (!grant || redirect_uri !== jira.registration.callbackUrl) {
    return tokenError(403, "invalid_grant", "Invalid authorization code");
  }
  const family = randomUUID();
  return jsonResponse(200, issueTokens(jira, { login: authorization.login, grant, family }));
}

/** The new tokens have the scopes of the current grant; the old access token stays valid. */
function refresh(jira: JiraContext, { refresh_token }: TokenRequest): Response {
  const used = jira.tokens.findByRefreshToken(refresh_token);
  const grant = used && findGrant(jira, used.subject);
  if (!grant || used.clientId !== jira.registration.clientId) {
    if (!used) revokeFamilyOnReuse(jira, refresh_token);
    return deadRefreshToken(jira);
  }

  const family = spendRefreshToken(jira, used);
  return jsonResponse(200, issueTokens(jira, { login: used.subject, grant, family }));
}

/** Both errors have the status 403. */
function deadRefreshToken(jira: JiraContext): Response {
  const { deadRefreshToken: error } = jira.settings();
  const description =
    error === "invalid_grant" ? "Unknown or invalid refresh token." : "refresh_token is invalid";
  return tokenError(403, error, description);
}

function tokenError(status: number, error: string, error_description: string): Response {
  return jsonResponse(status, { error, error_description });
}
