import type { GithubContext } from "./context.ts";
import { findOrganization, findPerson, isOwner, isSameLogin, repositoriesOf } from "./directory.ts";
import type { Installation, RepositorySelection } from "./records.ts";

type Directory = Pick<GithubContext, "records">;

/** The repositories that an app may reach by an installation. */
export function installedRepositories(github: Directory, installation: Installation): string[] {
  return select(repositoriesOf(github, installation.account), installation.repositories);
}

/** Of those repositories, the ones that a user has access to as well. */
export function visibleRepositories(
  github: Directory,
  login: string,
  installation: Installation,
): string[] {
  const { account } = installation;
  const installed = installedRepositories(github, installation);
  if (account.type === "User") return isSameLogin(account.login, login) ? installed : [];

  const organization = findOrganization(github, account.login);
  const person = organization && findPerson(organization, login);
  return person?.state === "active" ? select(installed, person.repositories) : [];
}

/**
 * Whether `GET /user/installations` shows an installation: access is enough, and is not authority. An
 * enterprise has no people here, so it shows to who installed on it.
 *
 * @see [List app installations accessible to the user access token](https://docs.github.com/en/rest/apps/installations#list-app-installations-accessible-to-the-user-access-token)
 */
export function canSeeInstallation(
  github: Directory,
  login: string,
  installation: Installation,
): boolean {
  const { account, installedBy } = installation;
  if (account.type === "Enterprise") return isSameLogin(installedBy, login);
  if (isOwner(github, login, account)) return true;
  return visibleRepositories(github, login, installation).length > 0;
}

/** Of some repositories, those that a selection names. */
export function select(repositories: readonly string[], selection: RepositorySelection): string[] {
  return repositories.filter((name) => selection === "all" || selection.includes(name));
}
