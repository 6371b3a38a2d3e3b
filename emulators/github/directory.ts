import {
  ACCOUNTS,
  type GithubAccount,
  idOf,
  originalAccount,
  successorAccount,
} from "./accounts.ts";
import type { GithubContext } from "./context.ts";
import type { AccountReference, Organization, Person } from "./records.ts";

const PERSONAL_REPOSITORIES = ["hello-world", "dotfiles"];

type Directory = Pick<GithubContext, "records">;

/** Returns the account of a login. Any login exists, always with the same id. */
export function accountOf({ records }: Directory, login: string): GithubAccount {
  const wanted = login.toLowerCase();
  const { renames } = records.get();
  const renamed = renames.find(({ to }) => to === wanted);
  if (renamed) return { ...originalAccount(renamed.from), login: wanted };

  const isGivenUp = renames.some(({ from }) => from === wanted);
  return isGivenUp ? successorAccount(wanted) : originalAccount(wanted);
}

/** Returns the mascots under their current logins, then the people of all organizations. */
export function knownAccounts(github: Directory): GithubAccount[] {
  const { renames, organizations } = github.records.get();
  const mascots = ACCOUNTS.map(
    ({ login }) => renames.find(({ from }) => from === login)?.to ?? login,
  );
  const people = organizations.flatMap((organization) => organization.people);
  const logins = new Set([...mascots, ...people.map(({ login }) => login.toLowerCase())]);
  return [...logins].map((login) => accountOf(github, login));
}

/** Returns the organization of a login, ignoring case. */
export function findOrganization({ records }: Directory, login: string): Organization | undefined {
  return records.get().organizations.find((organization) => isSameLogin(organization.login, login));
}

/** Returns the organizations that a user is a member of; a collaborator is not. */
export function organizationsOf(
  { records }: Directory,
  login: string,
): { organization: Organization; person: Person }[] {
  return records.get().organizations.flatMap((organization) => {
    const person = findPerson(organization, login);
    return person && person.role !== "collaborator" ? [{ organization, person }] : [];
  });
}

/** Returns a user's relation to an organization. */
export function findPerson({ people }: Organization, login: string): Person | undefined {
  return people.find((person) => isSameLogin(person.login, login));
}

/** Returns the organization of a login, or else the user. */
export function referenceOf(github: Directory, login: string): AccountReference {
  const organization = findOrganization(github, login);
  if (organization) return { type: "Organization", login: organization.login };
  return { type: "User", login: accountOf(github, login).login };
}

/** Returns the names of the repositories of an account; an enterprise has none of its own. */
export function repositoriesOf(github: Directory, { type, login }: AccountReference): string[] {
  if (type === "User") return PERSONAL_REPOSITORIES;
  return findOrganization(github, login)?.repositories ?? [];
}

/** Returns the id of an account. */
export function accountIdOf(github: Directory, { type, login }: AccountReference): number {
  if (type === "User") return accountOf(github, login).id;
  return findOrganization(github, login)?.id ?? idOf(`${type}/${login.toLowerCase()}`);
}

/** Returns whether an account is the user's own, or an organization that they own. */
export function isOwner(github: Directory, login: string, account: AccountReference): boolean {
  if (account.type === "User") return isSameLogin(account.login, login);
  const organization = findOrganization(github, account.login);
  const person = organization && findPerson(organization, login);
  return person?.role === "admin" && person.state === "active";
}

/** Returns an owner of an account, who acts for it by default. */
export function ownerOf(github: Directory, { type, login }: AccountReference): string {
  const people = type === "Organization" ? findOrganization(github, login)?.people : undefined;
  const owner = people?.find(({ role, state }) => role === "admin" && state === "active");
  return owner?.login ?? (type === "User" ? login : ACCOUNTS[0].login);
}

/** Returns whether two logins are the same; GitHub ignores case. */
export function isSameLogin(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
