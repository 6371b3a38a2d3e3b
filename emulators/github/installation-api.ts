import { json, noContent, type PlatformRequest, type Reply } from "../http.ts";
import type { PlatformRoute } from "../router.ts";
import { type Bearer, identify } from "./bearer.ts";
import type { GithubAppContext } from "./context.ts";
import { isSameLogin } from "./directory.ts";
import { restError } from "./errors.ts";
import { toRepository } from "./installation-shape.ts";
import { removeInstallationToken } from "./installation-tokens.ts";
import { installationsOf } from "./installations.ts";
import { pageReply } from "./pagination.ts";
import { includesPermissions, type Permissions } from "./permissions.ts";
import type { AccountReference } from "./records.ts";
import { installedRepositories, select, visibleRepositories } from "./repository-access.ts";

/** A part of a repository that needs a permission: enough of them to see what a token may do. */
interface RepositoryResource {
  readonly method: "GET" | "POST";
  readonly path: `/api/repos/{owner}/{repo}${string}`;
  readonly needs: Permissions;
  show(github: GithubAppContext, account: AccountReference, name: string): Reply;
}

const REPOSITORY = "/api/repos/{owner}/{repo}";

const RESOURCES: readonly RepositoryResource[] = [
  {
    method: "GET",
    path: REPOSITORY,
    needs: { metadata: "read" },
    show: (github, account, name) => json(200, toRepository(github, account, name)),
  },
  {
    method: "GET",
    path: `${REPOSITORY}/contents`,
    needs: { contents: "read" },
    show: () => json(200, [{ type: "file", name: "README.md", path: "README.md", size: 42 }]),
  },
  {
    method: "GET",
    path: `${REPOSITORY}/issues`,
    needs: { issues: "read" },
    show: () => json(200, []),
  },
  {
    method: "POST",
    path: `${REPOSITORY}/issues`,
    needs: { issues: "write" },
    show: () => json(201, { id: 1, number: 1, state: "open" }),
  },
];

/**
 * What an installation token opens, and of repositories what a user token opens too.
 *
 * @see [GitHub App installations](https://docs.github.com/en/rest/apps/installations)
 */
export function installationRoutes(github: GithubAppContext): PlatformRoute<Reply>[] {
  const ownRoutes: PlatformRoute<Reply>[] = [
    {
      method: "DELETE",
      path: "/api/installation/token",
      handle: (request) => endToken(github, request),
    },
    {
      method: "GET",
      path: "/api/installation/repositories",
      handle: (request) => listRepositories(github, request),
    },
  ];
  const repositoryRoutes = RESOURCES.map((resource): PlatformRoute<Reply> => {
    const { method, path } = resource;
    return {
      method,
      path,
      handle: (request, names) => showResource(github, request, names, resource),
    };
  });
  return [...ownRoutes, ...repositoryRoutes];
}

function endToken(github: GithubAppContext, request: PlatformRequest): Reply {
  const bearer = identify(github, request);
  if (bearer.kind !== "installation") return refuseOthers(bearer);
  removeInstallationToken(github, bearer.token);
  return noContent();
}

function listRepositories(github: GithubAppContext, request: PlatformRequest): Reply {
  const bearer = identify(github, request);
  if (bearer.kind !== "installation") return refuseOthers(bearer);

  const { installation, token } = bearer;
  const names = select(installedRepositories(github, installation), token.repositories);
  const isAll = installation.repositories === "all" && token.repositories === "all";
  return pageReply(github, request, names, (page) => ({
    total_count: names.length,
    repository_selection: isAll ? "all" : "selected",
    repositories: page.map((name) => toRepository(github, installation.account, name)),
  }));
}

function refuseOthers(bearer: Exclude<Bearer, { kind: "installation" }>): Reply {
  if (bearer.kind === "nobody") return bearer.reply;
  return restError(
    403,
    "You must authenticate with an installation access token in order to list repositories for an installation.",
  );
}

/** A repository that is out of reach is not found; one in reach forbids what is not permitted. */
function showResource(
  github: GithubAppContext,
  request: PlatformRequest,
  { owner = "", repo = "" }: Readonly<Record<string, string>>,
  { needs, show }: RepositoryResource,
): Reply {
  const bearer = identify(github, request);
  if (bearer.kind === "nobody") return bearer.reply;

  for (const { account, names, permissions } of reachOf(github, bearer)) {
    const name = names.find((candidate) => isSameLogin(candidate, repo));
    if (name === undefined || !isSameLogin(account.login, owner)) continue;
    const reply = includesPermissions(permissions, needs)
      ? show(github, account, name)
      : restError(403, "Resource not accessible by integration");
    const accepted = Object.entries(needs).map(([permission, level]) => `${permission}=${level}`);
    return {
      ...reply,
      headers: { ...reply.headers, "x-accepted-github-permissions": accepted.join(",") },
    };
  }
  return restError(404, "Not Found");
}

interface Reach {
  readonly account: AccountReference;
  readonly names: readonly string[];
  readonly permissions: Permissions;
}

/** A user token reaches what both the App and the user can. */
function reachOf(github: GithubAppContext, bearer: Exclude<Bearer, { kind: "nobody" }>): Reach[] {
  if (bearer.kind === "installation") {
    const { installation, token } = bearer;
    const names = select(installedRepositories(github, installation), token.repositories);
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
