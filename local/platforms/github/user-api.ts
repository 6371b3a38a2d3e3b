import { json, type PlatformRequest, type Reply } from "../http.ts";
import type { PlatformRoute } from "../router.ts";
import { accountOf, type GithubAccount, toSimpleUser } from "./accounts.ts";
import type { GithubContext } from "./context.ts";
import { restError } from "./errors.ts";
import { hasScope } from "./scopes.ts";

/** A part of the REST API that a token may read about its own user. */
interface UserResource {
  readonly path: `/api/${string}`;
  /** Of these, one is enough. */
  readonly acceptedScopes: readonly string[];
  /** What a token without any of them gets; without a refusal, every token will do. */
  readonly refusal?: Reply;
  show(account: GithubAccount): unknown;
}

const RESOURCES: readonly UserResource[] = [
  { path: "/api/user", acceptedScopes: [], show: toUser },
  {
    path: "/api/user/emails",
    acceptedScopes: ["user:email", "user"],
    refusal: restError(404, "Not Found"),
    show: ({ emails }) => emails,
  },
  {
    path: "/api/user/orgs",
    acceptedScopes: ["read:org", "user"],
    refusal: restError(403, "You need at least read:org scope or user scope."),
    show: ({ organizations }) => organizations,
  },
];

/** `GET /user`, `/user/emails` and `/user/orgs`, for the user of a bearer token. */
export function userRoutes(github: GithubContext): PlatformRoute<Reply>[] {
  return RESOURCES.map((resource) => ({
    method: "GET",
    path: resource.path,
    handle: (request) => showResource(github, request, resource),
  }));
}

function showResource(
  github: GithubContext,
  { headers }: PlatformRequest,
  { acceptedScopes, refusal, show }: UserResource,
): Reply {
  if (headers.authorization === undefined) return restError(401, "Requires authentication");

  // GitHub takes both words: `Bearer` (RFC 6750) and its older `token`.
  const [, token = ""] = /^(?:bearer|token) (\S+)$/i.exec(headers.authorization) ?? [];
  const tokens = github.tokens.findByAccessToken(token);
  if (!tokens) return restError(401, "Bad credentials");

  const isAccepted = acceptedScopes.some((scope) => hasScope(tokens.scopes, scope));
  const reply = refusal && !isAccepted ? refusal : json(200, show(accountOf(tokens.subject)));
  return {
    ...reply,
    headers: {
      ...reply.headers,
      "x-oauth-scopes": tokens.scopes.join(", "),
      "x-accepted-oauth-scopes": acceptedScopes.join(", "),
    },
  };
}

/** @see [Get the authenticated user](https://docs.github.com/en/rest/users/users#get-the-authenticated-user) */
function toUser(account: GithubAccount) {
  const { name, email } = account;
  return { ...toSimpleUser(account), name, email, created_at: "2011-01-25T18:44:36Z" };
}
