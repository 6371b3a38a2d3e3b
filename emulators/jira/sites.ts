import { toUuid } from "./accounts.ts";

/** A site: one `cloudId`, one host, one or more products. */
export interface JiraSite {
  /** The first part of the host in `atlassian.net`, or the whole host. */
  readonly name: string;
  readonly cloudId: string;
  readonly title: string;
  readonly url: string;
  readonly hasConfluence: boolean;
}

const TITLES = new Map([
  ["acme", "Acme"],
  ["acme-eu", "Acme EU"],
  ["globex", "Globex"],
]);

const WITH_CONFLUENCE = ["acme"];

/** A scope of Jira, classic (`read:jira-work`, `read:servicedesk-request`) or granular (`read:issue:jira`). */
const JIRA_SCOPE = /:(?:jira(?:-[a-z-]+)?|servicedesk-[a-z-]+)$/;
const CONFLUENCE_SCOPE = /[:-]confluence/;

/** Returns the site of a name, always with the same cloud id. */
export function siteOf(name: string): JiraSite {
  return {
    name,
    cloudId: toUuid(`site ${name}`),
    title: TITLES.get(name) ?? name,
    url: `https://${name.includes(".") ? name : `${name}.atlassian.net`}`,
    hasConfluence: WITH_CONFLUENCE.includes(name),
  };
}

/** Returns whether a cloud id is that of one of the named sites. */
export function isListed(cloudId: string): boolean {
  return [...TITLES.keys()].some((name) => siteOf(name).cloudId === cloudId);
}

/**
 * Returns a site as `accessible-resources` lists it: once for each product that the scopes give access
 * to, with the same id.
 *
 * @see [Accessible resources](https://developer.atlassian.com/cloud/jira/platform/oauth-2-3lo-apps/#3-1-get-the-cloudid-for-your-site)
 */
export function toResources(
  { cloudId, title, url, hasConfluence }: JiraSite,
  scopes: readonly string[],
) {
  const products = [
    scopes.filter((scope) => JIRA_SCOPE.test(scope)),
    hasConfluence ? scopes.filter((scope) => CONFLUENCE_SCOPE.test(scope)) : [],
  ];
  return products
    .filter((productScopes) => productScopes.length > 0)
    .map((productScopes) => ({
      id: cloudId,
      url,
      name: title,
      scopes: productScopes,
      avatarUrl: `https://avatars.example.invalid/site/${cloudId}`,
    }));
}
