import { type EmulatorApp, jsonResponse, type RequestContext } from "../http.ts";
import { refuseAppJwt } from "./app-jwt.ts";
import { type Bearer, identify } from "./bearer.ts";
import type { GithubAppContext } from "./context.ts";
import { isSameLogin } from "./directory.ts";
import { restError } from "./errors.ts";
import { toInstallation } from "./installation-shape.ts";
import { removeInstallationToken } from "./installation-tokens.ts";
import { installationsOf } from "./installations.ts";
import { pageResponse } from "./pagination.ts";
import type { AccountReference } from "./records.ts";
import { filterSelected, installedRepositories } from "./repository-access.ts";
import { toRepository } from "./repository-shape.ts";

/**
 * Adds the routes for installation tokens, and those with which an App finds its installations.
 *
 * @see [GitHub App installations](https://docs.github.com/en/rest/apps/installations)
 */
export function addInstallationApi(api: EmulatorApp, github: GithubAppContext): void {
  api.delete("/installation/token", (c) => revokeToken(github, c));
  api.get("/installation/repositories", (c) => listRepositories(github, c));
  api.get("/orgs/:login/installation", (c) => findInstallation(github, c, ["Organization"]));
  api.get("/users/:login/installation", (c) => findInstallation(github, c, ["User"]));
  api.get("/repos/:login/:repo/installation", (c) =>
    findInstallation(github, c, ["User", "Organization"]),
  );
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

/**
 * Returns the installation on an account, or on a repository if the path has one, to the App itself.
 *
 * @see [Get a repository installation](https://docs.github.com/en/rest/apps/apps#get-a-repository-installation-for-the-authenticated-app)
 */
function findInstallation(
  github: GithubAppContext,
  c: RequestContext,
  types: readonly AccountReference["type"][],
): Response {
  const refusal = refuseAppJwt(github, c);
  if (refusal) return refusal;

  const { login = "", repo }: Record<string, string> = c.req.param();
  const installation = installationsOf(github).find(
    ({ account }) => types.includes(account.type) && isSameLogin(account.login, login),
  );
  if (!installation) return restError(404, "Not Found");
  const isInstalled =
    repo === undefined ||
    installedRepositories(github, installation).some((name) => isSameLogin(name, repo));
  return isInstalled
    ? jsonResponse(200, toInstallation(github, installation))
    : restError(404, "Not Found");
}
