import { createApp, type EmulatorApp, jsonResponse, type RequestContext } from "../http.ts";
import { accountOf, type JiraAccount } from "./accounts.ts";
import type { JiraContext, JiraGrant } from "./context.ts";
import { findGrant, grantedSites } from "./grants.ts";
import { isListed, type JiraSite, toResources } from "./sites.ts";

/** The account that a token acts for, and what it has granted. */
interface Caller {
  readonly account: JiraAccount;
  readonly grant: JiraGrant;
  readonly sites: readonly JiraSite[];
}

/** Creates the API that all Atlassian products share, and parts of Jira's own. */
export function createJiraApi(jira: JiraContext): EmulatorApp {
  const api = createApp();
  api.get("/oauth/token/accessible-resources", (c) => withCaller(jira, c, listResources));
  api.get("/me", (c) => withCaller(jira, c, showMe));

  const site = "/ex/jira/:cloudId/rest/api/3";
  api.get(`${site}/myself`, (c) => withSite(jira, c, "read:jira-user", showMyself));
  api.get(`${site}/mypermissions`, (c) =>
    withSite(jira, c, "read:jira-work", (caller) => showMyPermissions(jira, c, caller)),
  );
  api.get(`${site}/serverInfo`, (c) => withSite(jira, c, "read:jira-work", showServerInfo));
  return api;
}

function withCaller(
  jira: JiraContext,
  c: RequestContext,
  handle: (caller: Caller) => Response,
): Response {
  const [, token = ""] = /^bearer (\S+)$/i.exec(c.req.header("authorization") ?? "") ?? [];
  const tokens = jira.tokens.findByAccessToken(token);
  const grant = tokens && findGrant(jira, tokens.subject, tokens.clientId);
  if (!grant) return apiError(401, "Unauthorized");

  const account = accountOf(tokens.subject);
  return handle({ account, grant, sites: grantedSites(jira, account.login, grant) });
}

/** Handles a request to a site, which must be granted together with the scope. */
function withSite(
  jira: JiraContext,
  c: RequestContext,
  scope: string,
  handle: (caller: Caller, site: JiraSite) => Response,
): Response {
  return withCaller(jira, c, (caller) => {
    const cloudId = c.req.param("cloudId") ?? "";
    const site = caller.sites.find((granted) => granted.cloudId === cloudId);
    if (!site && isListed(cloudId)) {
      return apiError(403, "The app is not installed on this instance.");
    }
    if (!site) return apiError(404, "Not Found");
    if (!caller.grant.scopes.includes(scope)) {
      return apiError(401, "Unauthorized; scope does not match");
    }
    return handle(caller, site);
  });
}

function listResources({ grant, sites }: Caller): Response {
  return jsonResponse(
    200,
    sites.flatMap((site) => toResources(site, grant.scopes)),
  );
}

/** @see [User Identity API](https://developer.atlassian.com/cloud/confluence/user-identity-api/) */
function showMe({ account, grant }: Caller): Response {
  if (!grant.scopes.includes("read:me")) return apiError(403, "Forbidden");
  const { accountId, login, name, email } = account;
  return jsonResponse(200, {
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
function showMyself({ account }: Caller, { url }: JiraSite): Response {
  const { accountId, name, email } = account;
  return jsonResponse(200, {
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

/** @see [Get my permissions](https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-permissions/) */
function showMyPermissions(jira: JiraContext, c: RequestContext, { account }: Caller): Response {
  const keys = c.req.query("permissions")?.split(",") ?? [];
  if (keys.join() !== "ADMINISTER") return apiError(400, "The permissions are missing or unknown.");
  const { administrators } = jira.records.get();
  const havePermission = administrators[account.login] ?? account.isAdministrator;
  const description =
    "Create and administer projects, issue types, fields, workflows, and schemes.";
  const permission = { id: "0", key: "ADMINISTER", name: "Administer Jira", type: "GLOBAL" };
  return jsonResponse(200, {
    permissions: { ADMINISTER: { ...permission, description, havePermission } },
  });
}

/** @see [Get Jira instance info](https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-server-info/) */
function showServerInfo(_: Caller, { url, title }: JiraSite): Response {
  return jsonResponse(200, {
    baseUrl: url,
    version: "1001.0.0-SNAPSHOT",
    deploymentType: "Cloud",
    serverTitle: title,
  });
}

function apiError(code: number, message: string): Response {
  return jsonResponse(code, { code, message });
}
