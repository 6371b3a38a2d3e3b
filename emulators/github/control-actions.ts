import { controlConflict } from "../control-error.ts";
import { ACCOUNTS, idOf } from "./accounts.ts";
import { changePermissions, permissionsOf } from "./app-permissions.ts";
import type { GithubAppContext, GithubContext } from "./context.ts";
import type {
  AccountInput,
  AppPermissionsInput,
  ApprovalInput,
  InstallationInput,
  OrganizationInput,
  PermissionsInput,
  RenameInput,
  RepositoriesInput,
} from "./control-input.ts";
import { findOrganization, isSameLogin, ownerOf, referenceOf } from "./directory.ts";
import {
  acceptPermissions,
  addInstallation,
  approveRequest,
  chooseRepositories,
  findInstallationOnAccount,
  installationsOf,
  removeInstallation,
  requestsOf,
  suspend,
  unsuspend,
} from "./installations.ts";
import { installationPermissions, type Permissions } from "./permissions.ts";
import type { AccountReference, EmulatedInstallation, Organization } from "./records.ts";
import { renameAccount } from "./rename.ts";
import { botLogin } from "./simple-account.ts";
import { notifyRenamed } from "./webhooks/installation-events.ts";

/** Returns the context of a GitHub App; with an OAuth App, which has no installations, it throws. */
export function toAppContext(github: GithubContext): GithubAppContext {
  const { app } = github;
  if (!app) {
    throw controlConflict("GitHub is registered as an OAuth App, which has no installations.");
  }
  return { ...github, app };
}

/** Creates an organization, or replaces the people and repositories of an existing one. */
export function putOrganization(
  { records }: GithubContext,
  input: OrganizationInput,
): Organization {
  const { login, id, repositories, people } = input;
  if (ACCOUNTS.some((account) => isSameLogin(account.login, login))) {
    throw controlConflict(`${login} is a user.`);
  }
  const existing = findOrganization({ records }, login);
  const organization = {
    login,
    id: id ?? existing?.id ?? idOf(`organization/${login.toLowerCase()}`),
    repositories,
    people,
  };
  const current = records.get();
  const others = current.organizations.filter((other) => other !== existing);
  records.set({ ...current, organizations: [...others, organization] });
  return organization;
}

/** Installs the App without its page. */
export function installOn(
  github: GithubAppContext,
  { account: login, type, repositories, permissions, by, byApp }: InstallationInput,
): EmulatedInstallation {
  const account = type ? { type, login } : referenceOf(github, login);
  if (findInstallationOnAccount(github, account)) {
    throw controlConflict(`${login} already has an installation.`);
  }
  const app = byApp === undefined ? undefined : botLogin({ slug: byApp });
  const sender = app ?? by ?? ownerOf(github, account);
  return addInstallation(github, { account, repositories, permissions, sender });
}

/** Removes the App from an account. */
export function uninstallFrom(github: GithubAppContext, input: AccountInput): void {
  const { installation, sender } = getTarget(github, input);
  removeInstallation(github, installation, sender);
}

/** Suspends an installation that is not suspended. */
export function suspendOn(github: GithubAppContext, input: AccountInput): void {
  const { installation, sender } = getTarget(github, input);
  if (installation.suspended) throw controlConflict(`${input.account} is already suspended.`);
  suspend(github, installation, sender);
}

/** Ends the suspension of an installation. */
export function unsuspendOn(github: GithubAppContext, input: AccountInput): void {
  const { installation, sender } = getTarget(github, input);
  if (!installation.suspended) throw controlConflict(`${input.account} is not suspended.`);
  unsuspend(github, installation, sender);
}

/** Changes the permissions that the App requests; installations keep theirs. */
export function changeAppPermissions(
  github: GithubAppContext,
  { permissions }: AppPermissionsInput,
): Permissions {
  return changePermissions(github, permissions);
}

/** Replaces the permissions of an installation, by default with those that the App requests now. */
export function acceptOn(github: GithubAppContext, input: PermissionsInput): EmulatedInstallation {
  const { installation, sender } = getTarget(github, input);
  const permissions = input.permissions ?? installationPermissions(permissionsOf(github));
  return acceptPermissions(github, installation, permissions, sender);
}

/** Replaces the repositories of an installation. */
export function chooseOn(github: GithubAppContext, input: RepositoriesInput): EmulatedInstallation {
  const { installation, sender } = getTarget(github, input);
  return chooseRepositories(github, installation, input.repositories, sender);
}

/** Approves the install that a member requested. */
export function approveOn(
  github: GithubAppContext,
  { account, requester, by }: ApprovalInput,
): EmulatedInstallation {
  const request = requestsOf(github).find(
    (candidate) =>
      isSameLogin(candidate.login, account) &&
      (requester === undefined || isSameLogin(candidate.requester, requester)),
  );
  if (!request) throw controlConflict(`Nobody requested an install on ${account}.`);
  return approveRequest(github, request, by ?? ownerOf(github, referenceOf(github, account)));
}

/** Renames a user or an organization, and notifies the App if it is installed there. */
export function renameTo(github: GithubContext, { account: from, to, by }: RenameInput): void {
  const account = referenceOf(github, from);
  if (findOrganization(github, to)) throw controlConflict(`${to} is an organization.`);
  renameAccount(github, account, to);

  const { app } = github;
  if (!app) return;
  const renamed = { ...account, login: to };
  const installation = findInstallationOnAccount({ ...github, app }, renamed);
  const sender = by ?? ownerOf(github, renamed);
  if (installation) {
    notifyRenamed({ ...github, app }, installation, { from: account.login, sender });
  }
}

/** The installation that an action changes, and the user who is the sender of its webhook. */
interface Target {
  readonly installation: EmulatedInstallation;
  readonly sender: string;
}

function getTarget(github: GithubAppContext, { account, by }: AccountInput): Target {
  const installation = installationsOf(github).find((candidate) =>
    isSameLogin(candidate.account.login, account),
  );
  if (!installation) throw controlConflict(`${account} has no installation.`);
  return { installation, sender: by ?? senderOf(github, installation.account, installation) };
}

/** An enterprise has no people here, so the person who installed the App also changes it. */
function senderOf(
  github: GithubContext,
  account: AccountReference,
  { installedBy }: EmulatedInstallation,
): string {
  return account.type === "Enterprise" ? installedBy : ownerOf(github, account);
}
