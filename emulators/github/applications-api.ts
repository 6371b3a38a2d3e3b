import * as v from "valibot";
import { json, noContent, type PlatformRequest, type Reply, readBasic, readJson } from "../http.ts";
import type { PlatformRoute } from "../router.ts";
import { hashToken, type IssuedTokens } from "../token-store.ts";
import type { GithubContext } from "./context.ts";
import { restError } from "./errors.ts";
import { isAuthenticated } from "./registration.ts";
import { toSimpleUser, toWireTime } from "./simple-account.ts";
import { newAccessToken, removeGrant } from "./tokens.ts";

const Body = v.object({ access_token: v.string() });

/**
 * How an app checks, resets and ends tokens by its own id and secret.
 *
 * @see [OAuth authorizations](https://docs.github.com/en/rest/apps/oauth-applications)
 */
export function applicationRoutes(github: GithubContext): PlatformRoute<Reply>[] {
  const token = "/api/applications/{client_id}/token";
  const grant = "/api/applications/{client_id}/grant";
  return [
    { method: "POST", path: token, handle: asApp(github, 404, checkToken) },
    { method: "PATCH", path: token, handle: asApp(github, 404, resetToken) },
    { method: "DELETE", path: token, handle: asApp(github, 422, deleteToken) },
    { method: "DELETE", path: grant, handle: asApp(github, 422, deleteGrant) },
  ];
}

type Handler = (github: GithubContext, tokens: IssuedTokens, accessToken: string) => Reply;

/** Lets a handler see only a live token of the app that has proven to be itself. */
function asApp(github: GithubContext, unknownTokenStatus: 404 | 422, handle: Handler) {
  const { registration } = github;

  return (request: PlatformRequest, { client_id }: Readonly<Record<string, string>>): Reply => {
    const client = readBasic(request);
    if (!client || !isAuthenticated(registration, client)) return restError(401, "Bad credentials");
    if (client_id !== registration.clientId) return restError(404, "Not Found");

    const body = v.safeParse(Body, readJson(request));
    if (!body.success) return restError(422, "Validation Failed");

    const { access_token } = body.output;
    const tokens = github.tokens.findByAccessToken(access_token);
    if (tokens?.clientId !== client_id) {
      const message = unknownTokenStatus === 404 ? "Not Found" : "Validation Failed";
      return restError(unknownTokenStatus, message);
    }
    return handle(github, tokens, access_token);
  };
}

function checkToken(github: GithubContext, tokens: IssuedTokens, accessToken: string): Reply {
  return json(200, toAuthorization(github, tokens, accessToken));
}

function resetToken(github: GithubContext, tokens: IssuedTokens): Reply {
  const accessToken = newAccessToken(github);
  const replaced = { ...tokens, accessTokenHash: hashToken(accessToken) };
  github.tokens.remove(tokens);
  github.tokens.add(replaced);
  return json(200, toAuthorization(github, replaced, accessToken));
}

function deleteToken(github: GithubContext, tokens: IssuedTokens): Reply {
  github.tokens.remove(tokens);
  return noContent();
}

/** One valid token is enough to end all that its user has granted to the app. */
function deleteGrant(github: GithubContext, { subject }: IssuedTokens): Reply {
  removeGrant(github, subject);
  return noContent();
}

function toAuthorization(github: GithubContext, tokens: IssuedTokens, accessToken: string) {
  const { registration, clock } = github;
  const { accessTokenHash, accessTokenExpiresAt, scopes, subject, issuedAt } = tokens;

  return {
    app: { client_id: registration.clientId, name: registration.appName },
    token: accessToken,
    token_last_eight: accessToken.slice(-8),
    hashed_token: accessTokenHash,
    scopes,
    user: toSimpleUser(github, subject),
    created_at: toWireTime(clock, issuedAt),
    expires_at: accessTokenExpiresAt === null ? null : toWireTime(clock, accessTokenExpiresAt),
  };
}
