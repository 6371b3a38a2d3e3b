import { createApp, type EmulatorApp, jsonResponse, type RequestContext } from "../http.ts";
import { apiError, type Caller, withCaller, withSite } from "./caller.ts";
import type { JiraContext } from "./context.ts";
import { type JiraSite, toResources } from "./sites.ts";
import { toUser } from "./user-shape.ts";
import { WEBHOOK_ROUTES } from "./webhooks/webhook-api.ts";
import { ISSUE_ROUTES } from "./work/issue-api.ts";
import { PROJECT_ROUTES } from "./work/project-api.ts";
import { SEARCH_ROUTES } from "./work/search-api.ts";
import { addSiteRoutes } from "./work/site-routes.ts";

/** Creates the API that all Atlassian products share, and parts of Jira's own. */
export function createJiraApi(jira: JiraContext): EmulatorApp {
  const api = createApp();
  api.get("/oauth/token/accessible-resources", (c) => withCaller(jira, c, listResources));
  api.get("/me", (c) => withCaller(jira, c, showMe));

  const site = "/ex/jira/:cloudId/rest/api/3";
  api.get(`${site}/myself`, (c) =>
    withSite(jira, c, ["read:jira-user", "read:user:jira"], showMyself),
  );
  api.get(`${site}/mypermissions`, (c) =>
    withSite(jira, c, ["read:jira-work"], (caller) => showMyPermissions(jira, c, caller)),
  );
  api.get(`${site}/serverInfo`, (c) => withSite(jira, c, ["read:jira-work"], showServerInfo));
  addSiteRoutes(api, jira, [
    ...PROJECT_ROUTES,
    ...SEARCH_ROUTES,
    ...ISSUE_ROUTES,
    ...WEBHOOK_ROUTES,
  ]);
  return api;
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
function showMyself({ account }: Caller, site: JiraSite): Response {
  return jsonResponse(200, toUser(site, account));
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
