import { refusal } from "../control-error.ts";
import { ACCOUNTS, idOf } from "./accounts.ts";
import type { GithubAppContext, GithubContext } from "./context.ts";
import type {
  ApprovalInput,
  ChangeInput,
  InstallInput,
  OrganizationInput,
  PermissionsInput,
  RenameInput,
  RepositoriesInput,
} from "./control-input.ts";
import { findOrganization, isSameLogin, ownerOf, referenceOf } from "./directory.ts";
import {
  acceptPermissions,
  approve,
  chooseRepositories,
  findInstallationOn,
  install,
  installationsOf,
  requestsOf,
  suspend,
  uninstall,
  unsuspend,
} from "./installations.ts";
import type { AccountReference, Installation, Organization } from "./records.ts";
import { renameAccount } from "./rename.ts";
import { notifyRenamed } from "./webhook-events.ts";

/** The GitHub of a GitHub App; with an OAuth App, what needs one is refused. */
export function toAppContext(github: GithubContext): GithubAppContext {
  const { app } = github;
  if (!app) throw refusal("GitHub is registered as an OAuth App: it has no installations.");
  return { ...github, app };
}

/** Makes an organization, or gives one that exists other people and repositories. */
export function putOrganization(
  { records }: GithubContext,
  input: OrganizationInput,
): Organization {
  const { login, id, repositories, people } = input;
  if (ACCOUNTS.some((account) => isSameLogin(account.login, login))) {
    throw refusal(`${login} is a user.`);
  }
  const present = findOrganization({ records }, login);
  const organization = {
    login,
    id: id ?? present?.id ?? idOf(`organization/${login.toLowerCase()}`),
    repositories,
    people,
  };
  const current = records.get();
  const others = current.organizations.filter((other) => other !== present);
  records.set({ ...current, organizations: [...others, organization] });
  return organization;
}

/** Installs the App without its page. */
export function installOn(
  github: GithubAppContext,
  { account: login, type, repositories, permissions, by }: InstallInput,
): Installation {
  const account = type ? { type, login } : referenceOf(github, login);
  if (findInstallationOn(github, account)) throw refusal(`${login} has an installation already.`);
  const sender = by ?? ownerOf(github, account);
  return install(github, { account, repositories, permissions, sender });
}

/** Removes the App from an account. */
export function uninstallFrom(github: GithubAppContext, input: ChangeInput): void {
  const { installation, sender } = getChange(github, input);
  uninstall(github, installation, sender);
}

/** Suspends an installation that is not suspended. */
export function suspendOn(github: GithubAppContext, input: ChangeInput): void {
  const { installation, sender } = getChange(github, input);
  if (installation.suspended) throw refusal(`${input.account} is suspended already.`);
  suspend(github, installation, sender);
}

/** Lets a suspended installation go on. */
export function unsuspendOn(github: GithubAppContext, input: ChangeInput): void {
  const { installation, sender } = getChange(github, input);
  if (!installation.suspended) throw refusal(`${input.account} is not suspended.`);
  unsuspend(github, installation, sender);
}

/** Gives an installation other permissions. */
export function acceptOn(github: GithubAppContext, input: PermissionsInput): Installation {
  const { installation, sender } = getChange(github, input);
  return acceptPermissions(github, installation, input.permissions, sender);
}

/** Gives an installation other repositories. */
export function chooseOn(github: GithubAppContext, input: RepositoriesInput): Installation {
  const { installation, sender } = getChange(github, input);
  return chooseRepositories(github, installation, input.repositories, sender);
}

/** Grants what a member has asked for. */
export function approveRequest(
  github: GithubAppContext,
  { account, requester, by }: ApprovalInput,
): Installation {
  const request = requestsOf(github).find(
    (candidate) =>
      isSameLogin(candidate.login, account) &&
      (requester === undefined || isSameLogin(candidate.requester, requester)),
  );
  if (!request) throw refusal(`Nobody has asked for an install on ${account}.`);
  return approve(github, request, by ?? ownerOf(github, referenceOf(github, account)));
}

/** Gives a user or an organization another login, and tells the App if it is installed there. */
export function rename(github: GithubContext, { account: from, to, by }: RenameInput): void {
  const account = referenceOf(github, from);
  if (findOrganization(github, to)) throw refusal(`${to} is an organization.`);
  renameAccount(github, account, to);

  const { app } = github;
  if (!app) return;
  const renamed = { ...account, login: to };
  const installation = findInstallationOn({ ...github, app }, renamed);
  const sender = by ?? ownerOf(github, renamed);
  if (installation)
    notifyRenamed({ ...github, app }, installation, { from: account.login, sender });
}

interface Change {
  readonly installation: Installation;
  readonly sender: string;
}

function getChange(github: GithubAppContext, { account, by }: ChangeInput): Change {
  const installation = installationsOf(github).find((candidate) =>
    isSameLogin(candidate.account.login, account),
  );
  if (!installation) throw refusal(`${account} has no installation.`);
  return { installation, sender: by ?? senderOf(github, installation.account, installation) };
}

/** An enterprise has no people here: who installed the App there does what comes after. */
function senderOf(
  github: GithubContext,
  account: AccountReference,
  { installedBy }: Installation,
): string {
  return account.type === "Enterprise" ? installedBy : ownerOf(github, account);
}
