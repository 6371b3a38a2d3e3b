import { json, type PlatformRequest, type Reply } from "../http.ts";
import type { PlatformRoute } from "../router.ts";
import { identify } from "./bearer.ts";
import type { GithubContext } from "./context.ts";
import { accountOf, organizationsOf } from "./directory.ts";
import { restError } from "./errors.ts";
import { installationsOf } from "./installations.ts";
import { includesPermissions, type Permissions } from "./permissions.ts";
import { hasScope } from "./scopes.ts";
import { toSimpleUser } from "./simple-account.ts";

/** A part of the REST API that a token may read about its own user. */
interface UserResource {
  readonly path: `/api/${string}`;
  /** Of these, one is enough. */
  readonly acceptedScopes: readonly string[];
  /** What a token without any of them gets; without a refusal, every token will do. */
  readonly refusal?: Reply;
  /** What a GitHub App needs in place of scopes. */
  readonly needs: Permissions;
  show(github: GithubContext, login: string): unknown;
}

const NOT_ACCESSIBLE = restError(403, "Resource not accessible by integration");

const RESOURCES: readonly UserResource[] = [
  { path: "/api/user", acceptedScopes: [], needs: {}, show: toUser },
  {
    path: "/api/user/emails",
    acceptedScopes: ["user:email", "user"],
    refusal: restError(404, "Not Found"),
    needs: { email_addresses: "read" },
    show: (github, login) => accountOf(github, login).emails,
  },
  {
    path: "/api/user/orgs",
    acceptedScopes: ["read:org", "user"],
    refusal: restError(403, "You need at least read:org scope or user scope."),
    needs: {},
    show: listOrganizations,
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
  request: PlatformRequest,
  { acceptedScopes, needs, refusal, show }: UserResource,
): Reply {
  const bearer = identify(github, request);
  if (bearer.kind === "nobody") return bearer.reply;
  if (bearer.kind === "installation") return NOT_ACCESSIBLE;

  const { scopes, subject } = bearer.tokens;
  const isAccepted = github.app
    ? includesPermissions(github.app.permissions, needs)
    : !refusal || acceptedScopes.some((scope) => hasScope(scopes, scope));
  const refused = github.app ? NOT_ACCESSIBLE : refusal;
  const reply = !isAccepted && refused ? refused : json(200, show(github, subject));
  return {
    ...reply,
    headers: {
      ...reply.headers,
      "x-oauth-scopes": scopes.join(", "),
      "x-accepted-oauth-scopes": acceptedScopes.join(", "),
    },
  };
}

/** @see [Get the authenticated user](https://docs.github.com/en/rest/users/users#get-the-authenticated-user) */
function toUser(github: GithubContext, subject: string) {
  const { name, email, login } = accountOf(github, subject);
  return { ...toSimpleUser(github, login), name, email, created_at: "2011-01-25T18:44:36Z" };
}

/** A GitHub App is shown only the organizations that it is installed on. */
function listOrganizations(github: GithubContext, login: string) {
  const { app } = github;
  const installed = app && installationsOf({ ...github, app }).map(({ account }) => account.login);
  return organizationsOf(github, login)
    .filter(({ person }) => person.state === "active")
    .map(({ organization }) => ({ id: organization.id, login: organization.login }))
    .filter((organization) => !installed || installed.includes(organization.login));
}
