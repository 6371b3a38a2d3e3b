import * as v from "valibot";
import { OrganizationId } from "../../installation.ts";
import { ReportedEmail, ReportedName } from "../reported-text.ts";
import { type PlatformResponse, requestPlatform, unexpectedResponse } from "../request.ts";

const SITES_PATH = "/oauth/token/accessible-resources";
const ME_PATH = "/me";
const PRODUCT_PATH = "/ex/jira";

/** A scope of Jira or of Jira Service Management, and not of Confluence. */
const JIRA_SCOPE = /:(jira|servicedesk)(-|$)/;

/** The origin of a site: `https://acme.atlassian.net`, or on another domain such as jira.com. */
const SiteUrl = v.pipe(v.string(), v.check(isHttpsOrigin));

/** The fields of a site of the grant. Atlassian returns it twice if the grant covers Confluence too. */
const GrantedSite = v.object({
  id: OrganizationId,
  name: v.nullish(ReportedName, ""),
  scopes: v.array(v.string()),
  url: v.fallback(v.optional(SiteUrl), undefined),
});

/** A site that can be installed. Its URL is shown to the installer and never requested. */
const JiraSite = v.pipe(
  v.object({ ...GrantedSite.entries, url: SiteUrl }),
  v.transform((site) => ({ ...site, name: site.name || new URL(site.url).host })),
);
export type JiraSite = v.InferOutput<typeof JiraSite>;

const JiraUser = v.object({
  account_id: v.string(),
  email: ReportedEmail,
  name: v.nullish(ReportedName, ""),
});
export type JiraUser = v.InferOutput<typeof JiraUser>;

const MyPermissions = v.object({
  permissions: v.object({ ADMINISTER: v.object({ havePermission: v.boolean() }) }),
});

export interface JiraCall {
  /** The base URL of Atlassian's API. */
  readonly url: string;
  readonly accessToken: string;
  readonly signal: AbortSignal;
}

/** Returns the base URL of the API of one site. */
export function jiraSiteUrl(url: string, cloudId: string): string {
  return `${url}${PRODUCT_PATH}/${cloudId}`;
}

/**
 * Returns the Jira sites of a grant that can be installed, or `undefined` if the token is not valid any more.
 *
 * @throws {ServiceError} `provider_error`, `provider_unavailable`, `provider_rate_limited`
 */
export async function findSites(call: JiraCall): Promise<JiraSite[] | undefined> {
  const listed = await listSites(call);
  const sites = listed?.flatMap((entry) => {
    const site = v.safeParse(JiraSite, entry);
    return site.success && isOfJira(site.output) ? [site.output] : [];
  });
  return sites && [...new Map(sites.map((site) => [site.id, site])).values()];
}

/**
 * Returns one Jira site of a grant, or `undefined` if the grant does not include it, or the token is not valid
 * any more.
 *
 * @throws {ServiceError} `provider_error`, `provider_unavailable`, `provider_rate_limited`
 */
export async function findSite(
  call: JiraCall,
  id: string,
): Promise<Partial<Pick<JiraSite, "name" | "url">> | undefined> {
  const listed = await listSites(call);
  if (!listed) return undefined;
  const results = listed.map((entry) => v.safeParse(GrantedSite, entry));
  const sites = results.flatMap((result) => (result.success ? [result.output] : []));
  const site = sites.find((candidate) => candidate.id === id && isOfJira(candidate));
  if (site) return { ...(site.name && { name: site.name }), ...(site.url && { url: site.url }) };
  // The entry that cannot be read could be the site: an installation must not end because of it.
  if (sites.length < listed.length) throw unexpectedResponse("jira", "unreadable site");
  return undefined;
}

/**
 * Returns the person who granted a token.
 *
 * @throws {ServiceError} `provider_error`, `provider_unavailable`, `provider_rate_limited`
 */
export async function getMe(call: JiraCall): Promise<JiraUser> {
  const { status, body } = await get(call, ME_PATH);
  const me = v.safeParse(JiraUser, body);
  if (status !== 200 || !me.success) throw unexpectedResponse("jira", `status ${status}`);
  return me.output;
}

/**
 * Returns whether the person who granted a token administers a site. Without a scope that shows it, nobody does.
 *
 * @throws {ServiceError} `provider_error`, `provider_unavailable`, `provider_rate_limited`
 * @see [Get my permissions](https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-permissions/)
 */
export async function isJiraAdministrator(call: JiraCall, cloudId: string): Promise<boolean> {
  const path = `${PRODUCT_PATH}/${cloudId}/rest/api/3/mypermissions?permissions=ADMINISTER`;
  const { status, body } = await get(call, path);
  if (status === 401 || status === 403) return false;
  const permissions = v.safeParse(MyPermissions, body);
  if (status !== 200 || !permissions.success) throw unexpectedResponse("jira", `status ${status}`);
  return permissions.output.permissions.ADMINISTER.havePermission;
}

async function listSites(call: JiraCall): Promise<unknown[] | undefined> {
  const { status, body } = await get(call, SITES_PATH);
  if (status === 401) return undefined;
  if (status !== 200 || !Array.isArray(body)) throw unexpectedResponse("jira", `status ${status}`);
  return body;
}

function isOfJira({ scopes }: Pick<JiraSite, "scopes">): boolean {
  return scopes.some((scope) => JIRA_SCOPE.test(scope));
}

function isHttpsOrigin(text: string): boolean {
  const url = URL.parse(text);
  return url?.protocol === "https:" && url.origin === text;
}

function get({ url, accessToken, signal }: JiraCall, path: string): Promise<PlatformResponse> {
  return requestPlatform({
    platform: "jira",
    url: new URL(url + path),
    headers: { authorization: `Bearer ${accessToken}` },
    signal,
  });
}
