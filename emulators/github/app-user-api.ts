import { createApp, type EmulatorApp, jsonResponse, type RequestContext } from "../http.ts";
import { identify } from "./bearer.ts";
import type { GithubAppContext } from "./context.ts";
import { findOrganization, findPerson } from "./directory.ts";
import { restError } from "./errors.ts";
import { toInstallation } from "./installation-shape.ts";
import { findInstallationOnAccount, installationsOf } from "./installations.ts";
import { pageResponse } from "./pagination.ts";
import { includesPermissions } from "./permissions.ts";
import { isInstallationVisible } from "./repository-access.ts";
import { toSimpleOrganization, toSimpleUser } from "./simple-account.ts";

/** Creates the routes under `/user` that only a user token of a GitHub App can call. */
export function createAppUserApi(github: GithubAppContext): EmulatorApp {
  const api = createApp();
  const asUser =
    (handle: (login: string, c: RequestContext) => Response) =>
    (c: RequestContext): Response => {
      const bearer = identify(github, c);
      if (bearer.kind === "invalid") return bearer.response;
      if (bearer.kind === "installation") {
        return restError(403, "Resource not accessible by integration");
      }
      return handle(bearer.tokens.subject, c);
    };
  api.get(
    "/installations",
    asUser((login, c) => listInstallations(github, login, c)),
  );
  api.get(
    "/memberships/orgs/:org",
    asUser((login, c) => showMembership(github, login, c.req.param("org") ?? "")),
  );
  return api;
}

function listInstallations(github: GithubAppContext, login: string, c: RequestContext): Response {
  const visible = installationsOf(github).filter((installation) =>
    isInstallationVisible(github, login, installation),
  );
  return pageResponse(github, c, visible, (page) => ({
    total_count: visible.length,
    installations: page.map((installation) => toInstallation(github, installation)),
  }));
}

/**
 * Returns 404 without a membership, and 403 if the App has no permission to read members.
 *
 * @see [Get an organization membership](https://docs.github.com/en/rest/orgs/members#get-an-organization-membership-for-the-authenticated-user)
 */
function showMembership(github: GithubAppContext, login: string, org: string): Response {
  const organization = findOrganization(github, org);
  const person = organization && findPerson(organization, login);
  if (!person || person.role === "collaborator") return restError(404, "Not Found");

  const installation = findInstallationOnAccount(github, { type: "Organization", login: org });
  if (!installation || !includesPermissions(installation.permissions, { members: "read" })) {
    return restError(403, "Resource not accessible by integration");
  }
  const { state, role } = person;
  return jsonResponse(200, {
    url: `${github.url}/api/orgs/${organization.login}/memberships/${login}`,
    state,
    role,
    organization_url: `${github.url}/api/orgs/${organization.login}`,
    organization: toSimpleOrganization(organization),
    user: toSimpleUser(github, login),
  });
}
