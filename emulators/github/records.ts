import * as v from "valibot";
import { Login } from "./accounts.ts";
import { Permissions } from "./permissions.ts";
import { RepositoryWork } from "./repositories/work-records.ts";

/** The name of a repository, without its owner. */
export const RepositoryName = v.pipe(
  v.string(),
  v.regex(/^[\w.-]{1,100}$/, "not a repository name"),
);

/** All repositories of an account, including later ones, or some by name. */
export const RepositorySelection = v.union([v.literal("all"), v.array(RepositoryName)]);
export type RepositorySelection = v.InferOutput<typeof RepositorySelection>;

/** The role of a person in an organization. */
export const Role = v.picklist(["admin", "member", "billing_manager", "collaborator"]);

/** `pending` until the person accepts the invitation. */
export const MembershipState = v.picklist(["active", "pending"]);

/** A person's relation to an organization; a collaborator has repositories and no membership. */
const Person = v.object({
  login: Login,
  role: Role,
  state: MembershipState,
  repositories: RepositorySelection,
  /** The repositories that the person is an admin of. */
  administers: v.optional(RepositorySelection, []),
});
export type Person = v.InferOutput<typeof Person>;

/** An organization; all its repositories are private. */
const Organization = v.object({
  id: v.number(),
  login: Login,
  repositories: v.array(RepositoryName),
  people: v.array(Person),
});
export type Organization = v.InferOutput<typeof Organization>;

/** The account that a GitHub App is installed on. The `login` of an enterprise is its slug. */
const AccountReference = v.object({
  type: v.picklist(["User", "Organization", "Enterprise"]),
  login: Login,
});
export type AccountReference = v.InferOutput<typeof AccountReference>;

/** An installation of a GitHub App. Times are milliseconds of the emulators' clock. */
const EmulatedInstallation = v.object({
  id: v.number(),
  appId: v.number(),
  account: AccountReference,
  repositories: RepositorySelection,
  permissions: Permissions,
  installedBy: v.string(),
  createdAt: v.number(),
  updatedAt: v.number(),
  suspended: v.nullable(v.object({ at: v.number(), by: v.string() })),
});
export type EmulatedInstallation = v.InferOutput<typeof EmulatedInstallation>;

/** A member's request that an owner installs a GitHub App. */
const InstallationRequest = v.object({
  id: v.number(),
  appId: v.number(),
  login: Login,
  requester: Login,
  repositories: RepositorySelection,
  createdAt: v.number(),
});
export type InstallationRequest = v.InferOutput<typeof InstallationRequest>;

/** A token of an installation, by hash, with the access that it was minted with. */
const InstallationToken = v.object({
  hash: v.string(),
  installationId: v.number(),
  repositories: RepositorySelection,
  permissions: Permissions,
  expiresAt: v.number(),
});
export type InstallationToken = v.InferOutput<typeof InstallationToken>;

const AppPermissions = v.object({ appId: v.number(), permissions: Permissions });

/** GitHub's persistent data besides user tokens. */
export const GithubRecords = v.object({
  /** Users who were renamed, by their original login. */
  renames: v.array(v.object({ from: Login, to: Login })),
  organizations: v.array(Organization),
  installations: v.array(EmulatedInstallation),
  requests: v.array(InstallationRequest),
  installationTokens: v.array(InstallationToken),
  /** The permissions that Apps request since their registration was changed. */
  appPermissions: v.optional(v.array(AppPermissions), []),
  /** The work in repositories that are not as they were created. */
  work: v.optional(v.array(RepositoryWork), []),
});
export type GithubRecords = v.InferOutput<typeof GithubRecords>;

/** Two organizations: each has an owner and members, and octocat is not in the second one. */
export const INITIAL_RECORDS: GithubRecords = {
  renames: [],
  organizations: [
    {
      id: 9919,
      login: "octo-org",
      repositories: ["api", "website", "docs"],
      people: [
        { login: "octocat", role: "admin", state: "active", repositories: "all", administers: [] },
        { login: "mona", role: "member", state: "active", repositories: ["docs"], administers: [] },
        { login: "hubot", role: "member", state: "active", repositories: "all", administers: [] },
      ],
    },
    {
      id: 74210,
      login: "github-friends",
      repositories: ["party-planner", "stickers"],
      people: [
        { login: "hubot", role: "admin", state: "active", repositories: "all", administers: [] },
        { login: "mona", role: "member", state: "active", repositories: "all", administers: [] },
      ],
    },
  ],
  installations: [],
  requests: [],
  installationTokens: [],
  appPermissions: [],
  work: [],
};
