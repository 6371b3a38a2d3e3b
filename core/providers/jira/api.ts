import * as v from "valibot";
import { OrganizationId, OrganizationName } from "../../installation.ts";
import { PlainText } from "../../text.ts";
import { type PlatformResponse, requestPlatform, unexpectedResponse } from "../request.ts";

const SITES_PATH = "/oauth/token/accessible-resources";
const ME_PATH = "/me";
const PRODUCT_PATH = "/ex/jira";

/** A scope of Jira, and not of Confluence. */
const JIRA_SCOPE = /:jira(-|$)/;

/** A site of a grant. Atlassian returns it twice if the grant covers Confluence too. */
const JiraSite = v.object({
  id: OrganizationId,
  name: OrganizationName,
  url: v.pipe(v.string(), v.regex(/^https:\/\/[a-z0-9-]+\.atlassian\.net$/)),
  scopes: v.array(v.string()),
});
export type JiraSite = v.InferOutput<typeof JiraSite>;

const JiraUser = v.object({
  account_id: v.pipe(PlainText, v.nonEmpty(), v.maxLength(255)),
  email: v.nullish(PlainText, null),
  name: v.nullish(PlainText, null),
});
export type JiraUser = v.InferOutput<typeof JiraUser>;

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
 * Returns the Jira sites of a grant, or `undefined` if the token is not valid any more.
 *
 * @throws {ServiceError} `provider_error`, `provider_unavailable`, `provider_rate_limited`
 */
export async function findSites(call: JiraCall): Promise<JiraSite[] | undefined> {
  const { status, body } = await get(call, SITES_PATH);
  if (status === 401) return undefined;
  const sites = v.safeParse(v.array(JiraSite), body);
  if (status !== 200 || !sites.success) throw unexpectedResponse("jira", `status ${status}`);

  const ofJira = sites.output.filter(({ scopes }) =>
    scopes.some((scope) => JIRA_SCOPE.test(scope)),
  );
  return [...new Map(ofJira.map((site) => [site.id, site])).values()];
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

function get({ url, accessToken, signal }: JiraCall, path: string): Promise<PlatformResponse> {
  return requestPlatform({
    platform: "jira",
    url: new URL(url + path),
    headers: { authorization: `Bearer ${accessToken}` },
    signal,
  });
}
