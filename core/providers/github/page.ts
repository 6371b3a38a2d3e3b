import type { Limit } from "../access.ts";
import type { PlatformPage } from "../platform-page.ts";
import { installPath } from "./api.ts";

/** The permissions with which the GitHub App could do something, by the limit that says it cannot. */
const PERMISSIONS = {
  manageRepositories: ["administration", "repository_hooks"],
  manageMembers: ["members", "organization_administration"],
} as const satisfies Partial<Record<Limit, readonly string[]>>;

export const githubPage: PlatformPage = {
  choice: "chooseAccount",
  mark: "M7 4.5a2 2 0 1 1 0 4 2 2 0 0 1 0-4Zm0 11a2 2 0 1 1 0 4 2 2 0 0 1 0-4Zm0-7v7M17 6a2 2 0 1 1 0 4 2 2 0 0 1 0-4Zm0 4c0 4-6 3-10 5.5",

  describeAccess({ github: { appId, scopes, permissions } }) {
    if (appId === undefined) {
      const limits = ["exceedYou", "seePassword"] as const;
      const isPublicOnly = !scopes.includes("repo");
      return {
        scopes,
        permissions: [],
        actsAsInstaller: true,
        limits: isPublicOnly ? ["privateRepositories", ...limits] : limits,
      };
    }

    const canChange = (names: readonly string[]) =>
      permissions.some(({ name, access }) => names.includes(name) && access !== "read");
    // Without permissions in the configuration, it is not known what the App can change.
    const limits = (["manageRepositories", "manageMembers"] as const).filter(
      (limit) => permissions.length > 0 && !canChange(PERMISSIONS[limit]),
    );
    return {
      scopes: [],
      permissions,
      actsAsInstaller: false,
      limits: ["otherRepositories", ...limits, "actAsYou"],
    };
  },

  approveUrl({ github: { urls } }, organization) {
    return `${urls.web}/organizations/${encodeURIComponent(organization)}/settings/installations`;
  },

  manageUrl({ github: { clientId = "", slug, urls } }) {
    if (slug !== undefined) return urls.web + installPath(urls, slug);
    return `${urls.web}/settings/connections/applications/${clientId}`;
  },
};
