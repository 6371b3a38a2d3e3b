import type { GithubContext } from "./context.ts";
import { findOrganization, findPerson, isOwner, isSameLogin, repositoriesOf } from "./directory.ts";
import type { AccountReference, EmulatedInstallation, RepositorySelection } from "./records.ts";

type Directory = Pick<GithubContext, "records">;

/** Returns the repositories that an installation gives an app access to. */
export function installedRepositories(
  github: Directory,
  installation: EmulatedInstallation,
): string[] {
  return filterSelected(repositoriesOf(github, installation.account), installation.repositories);
}

/** Returns those of the installed repositories that a user has access to as well. */
export function visibleRepositories(
  github: Directory,
  login: string,
  installation: EmulatedInstallation,
): string[] {
  const accessible = accessibleRepositories(github, login, installation.account);
  return filterSelected(accessible, installation.repositories);
}

/** Returns the repositories of an account that a user has access to. */
export function accessibleRepositories(
  github: Directory,
  login: string,
  account: AccountReference,
): string[] {
  const all = repositoriesOf(github, account);
  if (account.type === "User") return isSameLogin(account.login, login) ? all : [];

  const organization = findOrganization(github, account.login);
  const person = organization && findPerson(organization, login);
  if (person?.state !== "active") return [];
  const { repositories, administers } = person;
  return all.filter((name) => isSelected(name, repositories) || isSelected(name, administers));
}

/**
 * Returns whether `GET /user/installations` lists an installation. Access to a repository is enough, and
 * does not prove authority over the account. An enterprise has no people here, so it is listed for
 * the person who installed on it.
 *
 * @see [List app installations accessible to the user access token](https://docs.github.com/en/rest/apps/installations#list-app-installations-accessible-to-the-user-access-token)
 */
export function isInstallationVisible(
  github: Directory,
  login: string,
  installation: EmulatedInstallation,
): boolean {
  const { account, installedBy } = installation;
  if (account.type === "Enterprise") return isSameLogin(installedBy, login);
  if (isOwner(github, login, account)) return true;
  return visibleRepositories(github, login, installation).length > 0;
}

/** Returns those of some repositories that a selection names. */
export function filterSelected(
  repositories: readonly string[],
  selection: RepositorySelection,
): string[] {
  return repositories.filter((name) => isSelected(name, selection));
}

function isSelected(name: string, selection: RepositorySelection): boolean {
  return selection === "all" || selection.includes(name);
}
