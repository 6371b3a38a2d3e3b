import { type EmulatorApp, jsonResponse, type RequestContext } from "../http.ts";
import { permissionsOf } from "./app-permissions.ts";
import { identify } from "./bearer.ts";
import type { GithubContext } from "./context.ts";
import { accountOf, organizationsOf } from "./directory.ts";
import { restError } from "./errors.ts";
import { installationsOf } from "./installations.ts";
import { includesPermissions, type Permissions } from "./permissions.ts";
import { hasScope } from "./scopes.ts";
import { toSimpleUser } from "./simple-account.ts";

/** A part of the REST API that a user token can read about its own user. */
interface UserResource {
  readonly path: `/${string}`;
  /** One of these scopes is enough. */
  readonly acceptedScopes: readonly string[];
  /** Refuses a token without any of them; without a refusal, every token is accepted. */
  readonly refuse?: () => Response;
  /** The permissions that a GitHub App needs instead of scopes. */
  readonly needs: Permissions;
  show(github: GithubContext, login: string): unknown;
}

const RESOURCES: readonly UserResource[] = [
  { path: "/user", acceptedScopes: [], needs: {}, show: toUser },
  {
    path: "/user/emails",
    acceptedScopes: ["user:email", "user"],
    refuse: () => restError(404, "Not Found"),
    needs: { email_addresses: "read" },
    show: (github, login) => accountOf(github, login).emails,
  },
  {
    path: "/user/orgs",
    acceptedScopes: ["read:org", "user"],
    refuse: () => restError(403, "You need at least read:org scope or user scope."),
    needs: {},
    show: listOrganizations,
  },
];

/** Adds `GET /user`, `/user/emails` and `/user/orgs`, for the user of a bearer token. */
export function addUserApi(api: EmulatorApp, github: GithubContext): void {
  for (const resource of RESOURCES) {
    api.get(resource.path, (c) => showResource(github, c, resource));
  }
}

function showResource(github: GithubContext, c: RequestContext, resource: UserResource): Response {
  const bearer = identify(github, c);
  if (bearer.kind === "invalid") return bearer.response;
  if (bearer.kind === "installation") return refuseIntegration();

  const { scopes, subject } = bearer.tokens;
  const response =
    refuseAccess(github, scopes, resource) ?? jsonResponse(200, resource.show(github, subject));
  response.headers.set("x-oauth-scopes", scopes.join(", "));
  response.headers.set("x-accepted-oauth-scopes", resource.acceptedScopes.join(", "));
  return response;
}

function refuseAccess(
  github: GithubContext,
  scopes: readonly string[],
  { acceptedScopes, needs, refuse }: UserResource,
): Response | undefined {
  const { app, records } = github;
  if (app) {
    const isGranted = includesPermissions(permissionsOf({ app, records }), needs);
    return isGranted ? undefined : refuseIntegration();
  }
  const isAccepted = acceptedScopes.some((scope) => hasScope(scopes, scope));
  return isAccepted ? undefined : refuse?.();
}

function refuseIntegration(): Response {
  return restError(403, "Resource not accessible by integration");
}

/** @see [Get the authenticated user](https://docs.github.com/en/rest/users/users#get-the-authenticated-user) */
function toUser(github: GithubContext, subject: string) {
  const { name, email, login } = accountOf(github, subject);
  return { ...toSimpleUser(github, login), name, email, created_at: "2011-01-25T18:44:36Z" };
}

/** A GitHub App sees only the organizations that it is installed on. */
function listOrganizations(github: GithubContext, login: string) {
  const { app } = github;
  const installed = app && installationsOf({ ...github, app }).map(({ account }) => account.login);
  return organizationsOf(github, login)
    .filter(({ person }) => person.state === "active")
    .map(({ organization }) => ({ id: organization.id, login: organization.login }))
    .filter((organization) => !installed || installed.includes(organization.login));
}
