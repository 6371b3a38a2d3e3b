import * as v from "valibot";
import { Login } from "./accounts.ts";
import { Permissions } from "./permissions.ts";
import { MembershipState, RepositoryName, RepositorySelection, Role } from "./records.ts";

/** An organization and its people. Without an id, one is derived from the login. */
export const OrganizationInput = v.strictObject({
  login: Login,
  id: v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(1))),
  repositories: v.optional(v.array(RepositoryName), ["main"]),
  people: v.optional(
    v.array(
      v.strictObject({
        login: Login,
        role: v.optional(Role, "member"),
        state: v.optional(MembershipState, "active"),
        repositories: v.optional(RepositorySelection, "all"),
        administers: v.optional(RepositorySelection, []),
      }),
    ),
    [],
  ),
});
export type OrganizationInput = v.InferOutput<typeof OrganizationInput>;

/**
 * An install. Without a type, the account is the organization of that login, or else the user. `byApp` is
 * the slug of another App that installs this one by the API.
 */
export const InstallationInput = v.strictObject({
  account: Login,
  type: v.optional(v.picklist(["User", "Organization", "Enterprise"])),
  repositories: v.optional(RepositorySelection, "all"),
  permissions: v.optional(Permissions),
  by: v.optional(Login),
  byApp: v.optional(Login),
});
export type InstallationInput = v.InferOutput<typeof InstallationInput>;

/** The account of an installation, and the user who changes it. */
export const AccountInput = v.strictObject({ account: Login, by: v.optional(Login) });
export type AccountInput = v.InferOutput<typeof AccountInput>;

/** The new permissions of an installation, by default those that the App requests now. */
export const PermissionsInput = v.strictObject({
  ...AccountInput.entries,
  permissions: v.optional(Permissions),
});
export type PermissionsInput = v.InferOutput<typeof PermissionsInput>;

/** The permissions that the App requests from now on. */
export const AppPermissionsInput = v.strictObject({ permissions: Permissions });
export type AppPermissionsInput = v.InferOutput<typeof AppPermissionsInput>;

/** The new repositories of an installation. */
export const RepositoriesInput = v.strictObject({
  ...AccountInput.entries,
  repositories: RepositorySelection,
});
export type RepositoriesInput = v.InferOutput<typeof RepositoriesInput>;

/** The new login of an account. */
export const RenameInput = v.strictObject({ ...AccountInput.entries, to: Login });
export type RenameInput = v.InferOutput<typeof RenameInput>;

/** The request to approve: the oldest for the account, or that of one requester. */
export const ApprovalInput = v.strictObject({
  ...AccountInput.entries,
  requester: v.optional(Login),
});
export type ApprovalInput = v.InferOutput<typeof ApprovalInput>;

/** A webhook with any content. `secret` signs it instead of the App's own, and `appId` is that of another App. */
export const WebhookInput = v.strictObject({
  event: v.pipe(v.string(), v.regex(/^[a-z_]{1,60}$/)),
  payload: v.record(v.string(), v.unknown()),
  secret: v.optional(v.string()),
  appId: v.optional(v.pipe(v.number(), v.safeInteger())),
});
