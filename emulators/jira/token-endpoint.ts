import { randomUUID } from "node:crypto";
import * as v from "valibot";
import { json, type PlatformRequest, type Reply, readFields } from "../http.ts";
import type { JiraContext } from "./context.ts";
import { findGrant } from "./grants.ts";
import { issueTokens, punishReuse, spendRefreshToken } from "./tokens.ts";

/** A body that cannot be read has no fields, and fails for want of a client id. */
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
 * `POST /oauth/token`, in JSON as documented or as a form. The client proves itself in the body: a
 * Basic header is not read.
 *
 * @see [Exchange the code](https://developer.atlassian.com/cloud/jira/platform/oauth-2-3lo-apps/#2--exchange-authorization-code-for-access-token)
 */
export function answerTokenRequest(jira: JiraContext, request: PlatformRequest): Reply {
  const fields = v.parse(TokenRequest, readFields(request));
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

function exchangeCode(jira: JiraContext, { code, redirect_uri }: TokenRequest): Reply {
  const authorization = jira.codes.take(code);
  const grant = authorization && findGrant(jira, authorization.login);
  if (!grant || redirect_uri !== jira.registration.callbackUrl) {
    return tokenError(403, "invalid_grant", "Invalid authorization code");
  }
  const family = randomUUID();
  return json(200, issueTokens(jira, { login: authorization.login, grant, family }));
}

/** The new tokens have the scopes of the grant as it is now; the old access token lives on. */
function refresh(jira: JiraContext, { refresh_token }: TokenRequest): Reply {
  const spent = jira.tokens.findByRefreshToken(refresh_token);
  const grant = spent && findGrant(jira, spent.subject);
  if (!grant || spent.clientId !== jira.registration.clientId) {
    if (!spent) punishReuse(jira, refresh_token);
    return deadRefreshToken(jira);
  }

  const family = spendRefreshToken(jira, spent);
  return json(200, issueTokens(jira, { login: spent.subject, grant, family }));
}

/** Both are 403; the documents say the one, and the field sees the other. */
function deadRefreshToken(jira: JiraContext): Reply {
  const { deadRefreshToken: error } = jira.settings();
  const description =
    error === "invalid_grant" ? "Unknown or invalid refresh token." : "refresh_token is invalid";
  return tokenError(403, error, description);
}

function tokenError(status: number, error: string, error_description: string): Reply {
  return json(status, { error, error_description });
}
