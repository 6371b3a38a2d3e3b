import { toUuid } from "./accounts.ts";

/** A site: one `cloudId`, one host, one or more products. */
export interface JiraSite {
  /** The first part of the host. */
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

/** A scope of Jira, classic (`read:jira-work`) or granular (`read:issue:jira`). */
const JIRA_SCOPE = /:jira(?:-[a-z-]+)?$/;
const CONFLUENCE_SCOPE = /[:-]confluence/;

/** The site of a name, always with the same cloud id. */
export function siteOf(name: string): JiraSite {
  return {
    name,
    cloudId: toUuid(`site ${name}`),
    title: TITLES.get(name) ?? name,
    url: `https://${name}.atlassian.net`,
    hasConfluence: WITH_CONFLUENCE.includes(name),
  };
}

/** Whether a site exists that is not in anybody's hands here. */
export function isListed(cloudId: string): boolean {
  return [...TITLES.keys()].some((name) => siteOf(name).cloudId === cloudId);
}

/**
 * A site as `accessible-resources` lists it: once for each product that the scopes reach, with the
 * same id, and not at all if they reach none.
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
