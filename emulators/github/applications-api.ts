import * as v from "valibot";
import {
  createApp,
  type EmulatorApp,
  jsonResponse,
  type RequestContext,
  readBasic,
  readJson,
} from "../http.ts";
import type { IssuedTokens } from "../token-store.ts";
import type { GithubContext } from "./context.ts";
import { restError } from "./errors.ts";
import { isAuthenticated } from "./registration.ts";
import { toSimpleUser, toWireTime } from "./simple-account.ts";
import { revokeGrant } from "./tokens.ts";

const Body = v.object({ access_token: v.string() });

/**
 * Creates the routes with which an app checks and revokes tokens by its own id and secret.
 *
 * @see [OAuth authorizations](https://docs.github.com/en/rest/apps/oauth-applications)
 */
export function createApplicationsApi(github: GithubContext): EmulatorApp {
  const api = createApp();
  api.post(
    "/:client_id/token",
    withToken(github, 404, (tokens, accessToken) =>
      jsonResponse(200, toAuthorization(github, tokens, accessToken)),
    ),
  );
  api.delete(
    "/:client_id/token",
    withToken(github, 422, (tokens) => {
      github.tokens.remove(tokens);
      return new Response(null, { status: 204 });
    }),
  );
  // One valid token is enough to revoke all that its user granted to the app.
  api.delete(
    "/:client_id/grant",
    withToken(github, 422, ({ subject }) => {
      revokeGrant(github, subject);
      return new Response(null, { status: 204 });
    }),
  );
  return api;
}

/** Creates a handler that is called only with a live token of the app that authenticated. */
function withToken(
  { registration, tokens }: GithubContext,
  unknownTokenStatus: 404 | 422,
  handle: (found: IssuedTokens, accessToken: string) => Response,
) {
  return (c: RequestContext): Response => {
    const client = readBasic(c);
    if (!client || !isAuthenticated(registration, client)) return restError(401, "Bad credentials");
    const clientId = c.req.param("client_id");
    if (clientId !== registration.clientId) return restError(404, "Not Found");

    const body = v.safeParse(Body, readJson(c));
    if (!body.success) return restError(422, "Validation Failed");

    const { access_token } = body.output;
    const found = tokens.findByAccessToken(access_token);
    if (found?.clientId !== clientId) {
      const message = unknownTokenStatus === 404 ? "Not Found" : "Validation Failed";
      return restError(unknownTokenStatus, message);
    }
    return handle(found, access_token);
  };
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
