import * as v from "valibot";
import { type ControlRoute, withBody } from "../control-route.ts";
import { json, noContent } from "../http.ts";
import { Name } from "./accounts.ts";
import { DeadRefreshToken } from "./context.ts";
import type { AccountView, JiraControl } from "./control.ts";

const SettingsBody = v.strictObject({ dead_refresh_token: DeadRefreshToken });
const SitesBody = v.strictObject({ login: Name, sites: v.array(Name) });
const RemoveSiteBody = v.strictObject({ login: Name, site: Name });

/** The part of the control API's help that is about Jira. */
export const JIRA_HELP = `Jira:

PATCH  /_control/jira              {"dead_refresh_token":"invalid_grant"} or "unauthorized_client"
GET    /_control/jira/accounts     accounts, their sites with cloud ids, and what they have granted
PUT    /_control/jira/sites        {"login":"mia","sites":["acme"]}   the sites that an account has
POST   /_control/jira/remove-site  {"login":"mia","site":"acme"}      take a site out of a grant
`;

/** The control API of Jira. */
export function jiraControlRoutes(jira: JiraControl): ControlRoute[] {
  const onSettings = withBody(SettingsBody, ({ dead_refresh_token }) => {
    jira.configure({ deadRefreshToken: dead_refresh_token });
    return noContent();
  });
  const onSites = withBody(SitesBody, async ({ login, sites }) => {
    await jira.setSites(login, sites);
    return noContent();
  });
  const onRemoveSite = withBody(RemoveSiteBody, async ({ login, site }) => {
    await jira.removeSite(login, site);
    return noContent();
  });
  return [
    { method: "PATCH", path: "/jira", handle: onSettings },
    { method: "GET", path: "/jira/accounts", handle: () => showAccounts(jira) },
    { method: "PUT", path: "/jira/sites", handle: onSites },
    { method: "POST", path: "/jira/remove-site", handle: onRemoveSite },
  ];
}

function showAccounts(jira: JiraControl) {
  return json(200, { accounts: jira.accounts().map(toWireAccount) });
}

function toWireAccount({ login, accountId, sites, grant }: AccountView) {
  return {
    login,
    account_id: accountId,
    sites: sites.map(({ name, cloudId, url }) => ({ name, cloud_id: cloudId, url })),
    grant,
  };
}
