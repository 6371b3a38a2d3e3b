import { accountOf } from "./accounts.ts";
import type { JiraContext, JiraGrant } from "./context.ts";
import { type JiraSite, siteOf } from "./sites.ts";

/** Returns the grant of an account, to this app unless another client id is given. */
export function findGrant(
  { records, registration }: JiraContext,
  login: string,
  clientId = registration.clientId,
): JiraGrant | undefined {
  return records.get().grants[keyOf(clientId, login)];
}

/**
 * Replaces the grant of an account, both scopes and sites.
 *
 * @see [Known issues](https://developer.atlassian.com/cloud/jira/platform/oauth-2-3lo-apps/#known-issues)
 */
export function setGrant(
  { records, registration }: JiraContext,
  login: string,
  grant: JiraGrant | undefined,
): void {
  const current = records.get();
  const { [keyOf(registration.clientId, login)]: _, ...others } = current.grants;
  const grants = grant ? { ...others, [keyOf(registration.clientId, login)]: grant } : others;
  records.set({ ...current, grants });
}

/** Returns the sites of an account. */
export function sitesOf({ records }: JiraContext, login: string): JiraSite[] {
  return (records.get().sites[login] ?? accountOf(login).sites).map(siteOf);
}

/** Returns the sites of a grant that the account still has. */
export function grantedSites(jira: JiraContext, login: string, grant: JiraGrant): JiraSite[] {
  return sitesOf(jira, login).filter(({ name }) => grant.sites.includes(name));
}

function keyOf(clientId: string, login: string): string {
  return `${clientId} ${login}`;
}
