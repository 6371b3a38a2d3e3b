import { permissionsOf } from "./app-permissions.ts";
import type { GithubAppContext } from "./context.ts";
import { findOrganization, findPerson, isOwner, repositoriesOf } from "./directory.ts";
import type { InstallVerb } from "./install-page.ts";
import { findInstallationOnAccount } from "./installations.ts";
import { isOwnerRequired } from "./permissions.ts";
import type { AccountReference, RepositorySelection } from "./records.ts";
import { filterSelected } from "./repository-access.ts";

/** The access of a user to the App on an account. */
export interface InstallAccess {
  readonly verb: InstallVerb;
  /** The repositories that the user can select. */
  readonly repositories: readonly string[];
  /** Whether the user can select all repositories, later ones included. */
  readonly canSelectAll: boolean;
}

/**
 * Returns what a user can do with the App on an account. An admin of repositories can install it on these,
 * if it requests no permission that only an owner can grant.
 *
 * @see [Requirements to install a GitHub App](https://docs.github.com/en/apps/using-github-apps/installing-a-github-app-from-a-third-party#requirements-to-install-a-github-app)
 */
export function accessTo(
  github: GithubAppContext,
  login: string,
  account: AccountReference,
): InstallAccess {
  const repositories = repositoriesOf(github, account);
  const verb = findInstallationOnAccount(github, account) ? "Configure" : "Install";
  if (isOwner(github, login, account)) return { verb, repositories, canSelectAll: true };

  const administered = administeredRepositories(github, login, account);
  if (administered.length > 0 && !isOwnerRequired(permissionsOf(github))) {
    return { verb, repositories: administered, canSelectAll: false };
  }
  return { verb: "Request", repositories, canSelectAll: true };
}

/**
 * Returns the selection that results from a user's choice: an admin of some repositories adds and removes
 * only these, and cannot change a selection of all.
 */
export function applyChoice(
  { repositories, canSelectAll }: InstallAccess,
  chosen: RepositorySelection,
  current: RepositorySelection = [],
): RepositorySelection {
  if (canSelectAll) return chosen;
  if (current === "all") return current;
  const others = current.filter((name) => !repositories.includes(name));
  return [...others, ...filterSelected(repositories, chosen)];
}

/** Returns whether two selections are the same, in any order. */
export function isSameSelection(one: RepositorySelection, other: RepositorySelection): boolean {
  if (one === "all" || other === "all") return one === other;
  return new Set(one).size === new Set(other).size && one.every((name) => other.includes(name));
}

function administeredRepositories(
  github: GithubAppContext,
  login: string,
  account: AccountReference,
): string[] {
  const organization = findOrganization(github, account.login);
  const person = organization && findPerson(organization, login);
  if (account.type !== "Organization" || person?.state !== "active") return [];
  return filterSelected(organization?.repositories ?? [], person.administers);
}
