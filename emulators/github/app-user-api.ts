import { json, type PlatformRequest, type Reply } from "../http.ts";
import type { PlatformRoute } from "../router.ts";
import { identify } from "./bearer.ts";
import type { GithubAppContext } from "./context.ts";
import { findOrganization, findPerson } from "./directory.ts";
import { restError } from "./errors.ts";
import { toInstallation } from "./installation-shape.ts";
import { findInstallationOn, installationsOf } from "./installations.ts";
import { pageReply } from "./pagination.ts";
import { includesPermissions } from "./permissions.ts";
import { canSeeInstallation } from "./repository-access.ts";
import { toSimpleOrganization, toSimpleUser } from "./simple-account.ts";

/** What a user token of a GitHub App shows of installations and of its user's organizations. */
export function appUserRoutes(github: GithubAppContext): PlatformRoute<Reply>[] {
  return [
    {
      method: "GET",
      path: "/api/user/installations",
      handle: asUser(github, listInstallations),
    },
    {
      method: "GET",
      path: "/api/user/memberships/orgs/{org}",
      handle: asUser(github, showMembership),
    },
  ];
}

type Handler = (
  github: GithubAppContext,
  login: string,
  request: PlatformRequest,
  parameters: Readonly<Record<string, string>>,
) => Reply;

function asUser(github: GithubAppContext, handle: Handler) {
  return (request: PlatformRequest, parameters: Readonly<Record<string, string>>): Reply => {
    const bearer = identify(github, request);
    if (bearer.kind === "nobody") return bearer.reply;
    if (bearer.kind === "installation") {
      return restError(403, "Resource not accessible by integration");
    }
    return handle(github, bearer.tokens.subject, request, parameters);
  };
}

function listInstallations(
  github: GithubAppContext,
  login: string,
  request: PlatformRequest,
): Reply {
  const visible = installationsOf(github).filter((installation) =>
    canSeeInstallation(github, login, installation),
  );
  return pageReply(github, request, visible, (page) => ({
    total_count: visible.length,
    installations: page.map((installation) => toInstallation(github, installation)),
  }));
}

/**
 * No relation is not found; one that the App has no permission to see is forbidden.
 *
 * @see [Get an organization membership](https://docs.github.com/en/rest/orgs/members#get-an-organization-membership-for-the-authenticated-user)
 */
function showMembership(
  github: GithubAppContext,
  login: string,
  _request: PlatformRequest,
  { org = "" }: Readonly<Record<string, string>>,
): Reply {
  const organization = findOrganization(github, org);
  const person = organization && findPerson(organization, login);
  if (!person || person.role === "collaborator") return restError(404, "Not Found");

  const installation = findInstallationOn(github, { type: "Organization", login: org });
  if (!installation || !includesPermissions(installation.permissions, { members: "read" })) {
    return restError(403, "Resource not accessible by integration");
  }
  const { state, role } = person;
  return json(200, {
    url: `${github.url}/api/orgs/${organization.login}/memberships/${login}`,
    state,
    role,
    organization_url: `${github.url}/api/orgs/${organization.login}`,
    organization: toSimpleOrganization(organization),
    user: toSimpleUser(github, login),
  });
}
