import { ACCOUNTS, accountBornAs, type GithubAccount, idOf, newcomer } from "./accounts.ts";
import type { GithubContext } from "./context.ts";
import type { AccountReference, Organization, Person } from "./records.ts";

const PERSONAL_REPOSITORIES = ["hello-world", "dotfiles"];

type Directory = Pick<GithubContext, "records">;

/** The account of a login; one that nobody has used exists all the same, always with the same id. */
export function accountOf({ records }: Directory, login: string): GithubAccount {
  const wanted = login.toLowerCase();
  const { renames } = records.get();
  const renamed = renames.find(({ to }) => to === wanted);
  if (renamed) return { ...accountBornAs(renamed.from), login: wanted };

  const isGivenUp = renames.some(({ from }) => from === wanted);
  return isGivenUp ? newcomer(wanted) : accountBornAs(wanted);
}

/** The mascots under their present logins, then everybody that an organization knows. */
export function knownAccounts(github: Directory): GithubAccount[] {
  const { renames, organizations } = github.records.get();
  const mascots = ACCOUNTS.map(
    ({ login }) => renames.find(({ from }) => from === login)?.to ?? login,
  );
  const people = organizations.flatMap((organization) => organization.people);
  const logins = new Set([...mascots, ...people.map(({ login }) => login.toLowerCase())]);
  return [...logins].map((login) => accountOf(github, login));
}

/** The organization of a login, in whatever case. */
export function findOrganization({ records }: Directory, login: string): Organization | undefined {
  return records.get().organizations.find((organization) => isSameLogin(organization.login, login));
}

/** The organizations that a user belongs to; a collaborator does not. */
export function organizationsOf(
  { records }: Directory,
  login: string,
): { organization: Organization; person: Person }[] {
  return records.get().organizations.flatMap((organization) => {
    const person = findPerson(organization, login);
    return person && person.role !== "collaborator" ? [{ organization, person }] : [];
  });
}

/** A user's relation to an organization. */
export function findPerson({ people }: Organization, login: string): Person | undefined {
  return people.find((person) => isSameLogin(person.login, login));
}

/** What a login stands for: an organization if there is one, and otherwise a user. */
export function referenceOf(github: Directory, login: string): AccountReference {
  const organization = findOrganization(github, login);
  if (organization) return { type: "Organization", login: organization.login };
  return { type: "User", login: accountOf(github, login).login };
}

/** The repositories of an account, by name; an enterprise has none of its own. */
export function repositoriesOf(github: Directory, { type, login }: AccountReference): string[] {
  if (type === "User") return PERSONAL_REPOSITORIES;
  return findOrganization(github, login)?.repositories ?? [];
}

/** GitHub's number of an account. */
export function accountIdOf(github: Directory, { type, login }: AccountReference): number {
  if (type === "User") return accountOf(github, login).id;
  return findOrganization(github, login)?.id ?? idOf(`${type}/${login.toLowerCase()}`);
}

/** Whether a user decides for an account: it is theirs, or they are an owner of the organization. */
export function isOwner(github: Directory, login: string, account: AccountReference): boolean {
  if (account.type === "User") return isSameLogin(account.login, login);
  const organization = findOrganization(github, account.login);
  const person = organization && findPerson(organization, login);
  return person?.role === "admin" && person.state === "active";
}

/** Who acts for an account when nobody is named: its owner. */
export function ownerOf(github: Directory, { type, login }: AccountReference): string {
  const people = type === "Organization" ? findOrganization(github, login)?.people : undefined;
  const owner = people?.find(({ role, state }) => role === "admin" && state === "active");
  return owner?.login ?? (type === "User" ? login : ACCOUNTS[0].login);
}

/** Whether two logins are one: GitHub does not look at their case. */
export function isSameLogin(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
