import { accountOf } from "./accounts.ts";
import type { Grant, JiraContext } from "./context.ts";
import { type JiraSite, siteOf } from "./sites.ts";

/** An account's grant, to this app unless another client id is given. */
export function findGrant(
  { memory, registration }: JiraContext,
  login: string,
  clientId = registration.clientId,
): Grant | undefined {
  return memory.get().grants[keyOf(clientId, login)];
}

/**
 * Replaces an account's grant, scopes and sites alike.
 *
 * @see [Known issues](https://developer.atlassian.com/cloud/jira/platform/oauth-2-3lo-apps/#known-issues)
 */
export function setGrant(
  { memory, registration }: JiraContext,
  login: string,
  grant: Grant | undefined,
): void {
  const known = memory.get();
  const { [keyOf(registration.clientId, login)]: _, ...others } = known.grants;
  const grants = grant ? { ...others, [keyOf(registration.clientId, login)]: grant } : others;
  memory.set({ ...known, grants });
}

/** The sites that an account has. */
export function sitesOf({ memory }: JiraContext, login: string): JiraSite[] {
  return (memory.get().sites[login] ?? accountOf(login).sites).map(siteOf);
}

/** The sites of a grant, but for those that the account has lost since. */
export function grantedSites(jira: JiraContext, login: string, grant: Grant): JiraSite[] {
  return sitesOf(jira, login).filter(({ name }) => grant.sites.includes(name));
}

function keyOf(clientId: string, login: string): string {
  return `${clientId} ${login}`;
}
