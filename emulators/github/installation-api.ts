import { type EmulatorApp, jsonResponse, type RequestContext } from "../http.ts";
import { type Bearer, identify } from "./bearer.ts";
import type { GithubAppContext } from "./context.ts";
import { isSameLogin } from "./directory.ts";
import { restError } from "./errors.ts";
import { toRepository } from "./installation-shape.ts";
import { removeInstallationToken } from "./installation-tokens.ts";
import { installationsOf } from "./installations.ts";
import { pageResponse } from "./pagination.ts";
import { includesPermissions, type Permissions } from "./permissions.ts";
import type { AccountReference } from "./records.ts";
import { filterSelected, installedRepositories, visibleRepositories } from "./repository-access.ts";

/** A part of a repository that needs a permission: enough of them to test what a token can do. */
interface RepositoryResource {
  readonly method: "GET" | "POST";
  readonly path: "" | "/contents" | "/issues";
  readonly needs: Permissions;
  show(github: GithubAppContext, account: AccountReference, name: string): Response;
}

const RESOURCES: readonly RepositoryResource[] = [
  {
    method: "GET",
    path: "",
    needs: { metadata: "read" },
    show: (github, account, name) => jsonResponse(200, toRepository(github, account, name)),
  },
  {
    method: "GET",
    path: "/contents",
    needs: { contents: "read" },
    show: () =>
      jsonResponse(200, [{ type: "file", name: "README.md", path: "README.md", size: 42 }]),
  },
  {
    method: "GET",
    path: "/issues",
    needs: { issues: "read" },
    show: () => jsonResponse(200, []),
  },
  {
    method: "POST",
    path: "/issues",
    needs: { issues: "write" },
    show: () => jsonResponse(201, { id: 1, number: 1, state: "open" }),
  },
];

/**
 * Adds the routes for installation tokens; user tokens can call those of repositories too.
 *
 * @see [GitHub App installations](https://docs.github.com/en/rest/apps/installations)
 */
export function addInstallationApi(api: EmulatorApp, github: GithubAppContext): void {
  api.delete("/installation/token", (c) => revokeToken(github, c));
  api.get("/installation/repositories", (c) => listRepositories(github, c));
  for (const resource of RESOURCES) {
    api.on(resource.method, `/repos/:owner/:repo${resource.path}`, (c) =>
      showResource(github, c, resource),
    );
  }
}

function revokeToken(github: GithubAppContext, c: RequestContext): Response {
  const bearer = identify(github, c);
  if (bearer.kind !== "installation") return refuseBearer(bearer);
  removeInstallationToken(github, bearer.token);
  return c.body(null, 204);
}

function listRepositories(github: GithubAppContext, c: RequestContext): Response {
  const bearer = identify(github, c);
  if (bearer.kind !== "installation") return refuseBearer(bearer);

  const { installation, token } = bearer;
  const names = filterSelected(installedRepositories(github, installation), token.repositories);
  const isAll = installation.repositories === "all" && token.repositories === "all";
  return pageResponse(github, c, names, (page) => ({
    total_count: names.length,
    repository_selection: isAll ? "all" : "selected",
    repositories: page.map((name) => toRepository(github, installation.account, name)),
  }));
}

function refuseBearer(bearer: Exclude<Bearer, { kind: "installation" }>): Response {
  if (bearer.kind === "invalid") return bearer.response;
  return restError(
    403,
    "You must authenticate with an installation access token in order to list repositories for an installation.",
  );
}

/** Returns 404 for a repository without access, and 403 for one without the permission. */
function showResource(
  github: GithubAppContext,
  c: RequestContext,
  { needs, show }: RepositoryResource,
): Response {
  const bearer = identify(github, c);
  if (bearer.kind === "invalid") return bearer.response;

  const { owner = "", repo = "" }: Record<string, string> = c.req.param();
  for (const { account, names, permissions } of accessOf(github, bearer)) {
    const name = names.find((candidate) => isSameLogin(candidate, repo));
    if (name === undefined || !isSameLogin(account.login, owner)) continue;
    const response = includesPermissions(permissions, needs)
      ? show(github, account, name)
      : restError(403, "Resource not accessible by integration");
    const accepted = Object.entries(needs).map(([permission, level]) => `${permission}=${level}`);
    response.headers.set("x-accepted-github-permissions", accepted.join(","));
    return response;
  }
  return restError(404, "Not Found");
}

/** The repositories of an account that a token can access, and its permissions for them. */
interface Access {
  readonly account: AccountReference;
  readonly names: readonly string[];
  readonly permissions: Permissions;
}

/** A user token has the access that both the App and the user have. */
function accessOf(
  github: GithubAppContext,
  bearer: Exclude<Bearer, { kind: "invalid" }>,
): Access[] {
  if (bearer.kind === "installation") {
    const { installation, token } = bearer;
    const names = filterSelected(installedRepositories(github, installation), token.repositories);
    return [{ account: installation.account, names, permissions: token.permissions }];
  }
  return installationsOf(github)
    .filter(({ suspended }) => suspended === null)
    .map((installation) => ({
      account: installation.account,
      names: visibleRepositories(github, bearer.tokens.subject, installation),
      permissions: installation.permissions,
    }));
}
