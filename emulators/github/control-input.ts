import * as v from "valibot";
import { Login } from "./accounts.ts";
import { Permissions } from "./permissions.ts";
import { MembershipState, RepositoryName, RepositorySelection, Role } from "./records.ts";

/** An organization and its people; the id of a new one is made of its login unless it is given. */
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
      }),
    ),
    [],
  ),
});
export type OrganizationInput = v.InferOutput<typeof OrganizationInput>;

/** An install on an organization or else a user of that login, or if its `type` says so on an enterprise. */
export const InstallInput = v.strictObject({
  account: Login,
  type: v.optional(v.picklist(["User", "Organization", "Enterprise"])),
  repositories: v.optional(RepositorySelection, "all"),
  permissions: v.optional(Permissions),
  by: v.optional(Login),
});
export type InstallInput = v.InferOutput<typeof InstallInput>;

/** An installation by its account, and who changes it. */
export const ChangeInput = v.strictObject({ account: Login, by: v.optional(Login) });
export type ChangeInput = v.InferOutput<typeof ChangeInput>;

/** Permissions that an installation has from now on. */
export const PermissionsInput = v.strictObject({
  ...ChangeInput.entries,
  permissions: Permissions,
});
export type PermissionsInput = v.InferOutput<typeof PermissionsInput>;

/** Repositories that an installation has from now on. */
export const RepositoriesInput = v.strictObject({
  ...ChangeInput.entries,
  repositories: RepositorySelection,
});
export type RepositoriesInput = v.InferOutput<typeof RepositoriesInput>;

/** Another login for an account. */
export const RenameInput = v.strictObject({ ...ChangeInput.entries, to: Login });
export type RenameInput = v.InferOutput<typeof RenameInput>;

/** Which request is granted: the oldest for the account, or that of one requester. */
export const ApprovalInput = v.strictObject({
  ...ChangeInput.entries,
  requester: v.optional(Login),
});
export type ApprovalInput = v.InferOutput<typeof ApprovalInput>;

/** Any event; `secret` signs it in place of the App's own. */
export const WebhookInput = v.strictObject({
  event: v.pipe(v.string(), v.regex(/^[a-z_]{1,60}$/)),
  payload: v.record(v.string(), v.unknown()),
  secret: v.optional(v.string()),
});
