import * as v from "valibot";
import { withBody } from "../control-body.ts";
import { createApp, type EmulatorApp, jsonResponse } from "../http.ts";
import { Name, SiteName } from "./accounts.ts";
import { DeadRefreshToken } from "./context.ts";
import type { AccountView, JiraControl } from "./control.ts";

const SettingsBody = v.strictObject({ dead_refresh_token: DeadRefreshToken });
const SitesBody = v.strictObject({ login: Name, sites: v.array(SiteName) });
const AdministratorBody = v.strictObject({ login: Name, administrator: v.boolean() });
const RemoveSiteBody = v.strictObject({ login: Name, site: SiteName });

/** Documents Jira's part of the control API. */
export const JIRA_HELP = `Jira:

PATCH  /_control/jira              {"dead_refresh_token":"invalid_grant"} or "unauthorized_client"
GET    /_control/jira/accounts     list accounts, their sites with cloud ids, and their grants
PUT    /_control/jira/sites        {"login":"mia","sites":["acme"]}   replace the sites of an account
PUT    /_control/jira/administrators  {"login":"noah","administrator":true}   or false: a member
POST   /_control/jira/remove-site  {"login":"mia","site":"acme"}      remove a site from a grant
POST   /_control/revoke            {"platform":"jira","login":"mia"}
`;

/** Creates the routes below `/_control/jira`. */
export function createJiraControlApp(jira: JiraControl): EmulatorApp {
  const app = createApp();
  app.patch(
    "/",
    withBody(SettingsBody, ({ dead_refresh_token }) => {
      jira.configure({ deadRefreshToken: dead_refresh_token });
      return new Response(null, { status: 204 });
    }),
  );
  app.get("/accounts", () => jsonResponse(200, { accounts: jira.accounts().map(toWireAccount) }));
  app.put(
    "/sites",
    withBody(SitesBody, async ({ login, sites }) => {
      await jira.setSites(login, sites);
      return new Response(null, { status: 204 });
    }),
  );
  app.put(
    "/administrators",
    withBody(AdministratorBody, async ({ login, administrator }) => {
      await jira.setAdministrator(login, administrator);
      return new Response(null, { status: 204 });
    }),
  );
  app.post(
    "/remove-site",
    withBody(RemoveSiteBody, async ({ login, site }) => {
      await jira.removeSite(login, site);
      return new Response(null, { status: 204 });
    }),
  );
  return app;
}

function toWireAccount({ login, accountId, sites, grant }: AccountView) {
  return {
    login,
    account_id: accountId,
    sites: sites.map(({ name, cloudId, url }) => ({ name, cloud_id: cloudId, url })),
    grant,
  };
}
