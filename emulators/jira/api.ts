import { json, type PlatformRequest, type Reply } from "../http.ts";
import type { PlatformRoute } from "../router.ts";
import { accountOf, type JiraAccount } from "./accounts.ts";
import type { Grant, JiraContext } from "./context.ts";
import { findGrant, grantedSites } from "./grants.ts";
import { isListed, type JiraSite, toResources } from "./sites.ts";

/** Who calls, and what of the account is granted. */
interface Caller {
  readonly account: JiraAccount;
  readonly grant: Grant;
  readonly sites: readonly JiraSite[];
}

/** The API that all products share, and the part of Jira's own that says who one is. */
export function apiRoutes(jira: JiraContext): PlatformRoute<Reply>[] {
  const site = "/api/ex/jira/{cloudId}/rest/api/3";
  return [
    {
      method: "GET",
      path: "/api/oauth/token/accessible-resources",
      handle: (request) => withCaller(jira, request, listResources),
    },
    { method: "GET", path: "/api/me", handle: (request) => withCaller(jira, request, showMe) },
    {
      method: "GET",
      path: `${site}/myself`,
      handle: onSite(jira, "read:jira-user", showMyself),
    },
    {
      method: "GET",
      path: `${site}/serverInfo`,
      handle: onSite(jira, "read:jira-work", showServerInfo),
    },
  ];
}

function withCaller(
  jira: JiraContext,
  { headers }: PlatformRequest,
  answer: (caller: Caller) => Reply,
): Reply {
  const [, token = ""] = /^bearer (\S+)$/i.exec(headers.authorization ?? "") ?? [];
  const tokens = jira.tokens.findByAccessToken(token);
  const grant = tokens && findGrant(jira, tokens.subject, tokens.clientId);
  if (!grant) return apiError(401, "Unauthorized");

  const account = accountOf(tokens.subject);
  return answer({ account, grant, sites: grantedSites(jira, account.login, grant) });
}

/** A site has its own door: the token must name it, and the scope must fit. */
function onSite(
  jira: JiraContext,
  scope: string,
  answer: (caller: Caller, site: JiraSite) => Reply,
) {
  return (request: PlatformRequest, { cloudId = "" }: Readonly<Record<string, string>>): Reply =>
    withCaller(jira, request, (caller) => {
      const site = caller.sites.find((granted) => granted.cloudId === cloudId);
      if (!site && isListed(cloudId)) {
        return apiError(403, "The app is not installed on this instance.");
      }
      if (!site) return apiError(404, "Not Found");
      if (!caller.grant.scopes.includes(scope)) {
        return apiError(401, "Unauthorized; scope does not match");
      }
      return answer(caller, site);
    });
}

function listResources({ grant, sites }: Caller): Reply {
  return json(
    200,
    sites.flatMap((site) => toResources(site, grant.scopes)),
  );
}

/** @see [User Identity API](https://developer.atlassian.com/cloud/confluence/user-identity-api/) */
function showMe({ account, grant }: Caller): Reply {
  if (!grant.scopes.includes("read:me")) return apiError(403, "Forbidden");
  const { accountId, login, name, email } = account;
  return json(200, {
    account_type: "atlassian",
    account_id: accountId,
    ...(email !== null && { email, email_verified: true }),
    name,
    picture: `https://avatars.example.invalid/u/${login}`,
    account_status: "active",
    nickname: login,
    zoneinfo: "Europe/Vienna",
    locale: "en-US",
    extended_profile: { job_title: "Engineer" },
  });
}

/** @see [Get current user](https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-myself/) */
function showMyself({ account }: Caller, { url }: JiraSite): Reply {
  const { accountId, name, email } = account;
  return json(200, {
    self: `${url}/rest/api/3/user?accountId=${encodeURIComponent(accountId)}`,
    accountId,
    accountType: "atlassian",
    ...(email !== null && { emailAddress: email }),
    displayName: name,
    active: true,
    timeZone: "Europe/Vienna",
    locale: "en_US",
  });
}

/** @see [Get Jira instance info](https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-server-info/) */
function showServerInfo(_: Caller, { url, title }: JiraSite): Reply {
  return json(200, {
    baseUrl: url,
    version: "1001.0.0-SNAPSHOT",
    deploymentType: "Cloud",
    serverTitle: title,
  });
}

function apiError(code: number, message: string): Reply {
  return json(code, { code, message });
}
