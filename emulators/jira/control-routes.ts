import * as v from "valibot";
import { withBody } from "../control-body.ts";
import { createApp, type EmulatorApp, jsonResponse } from "../http.ts";
import { Name, SiteName } from "./accounts.ts";
import { DeadRefreshToken } from "./context.ts";
import type { AccountView, JiraControl } from "./control.ts";

const Seconds = v.pipe(v.number(), v.minValue(0), v.maxValue(86_400));

const SettingsBody = v.strictObject({
  dead_refresh_token: v.optional(DeadRefreshToken),
  hold_webhooks: v.optional(v.boolean()),
  webhook_retry_delays_seconds: v.optional(v.pipe(v.array(Seconds), v.maxLength(10))),
});
type SettingsBody = v.InferOutput<typeof SettingsBody>;
const SitesBody = v.strictObject({ login: Name, sites: v.array(SiteName) });
const AdministratorBody = v.strictObject({ login: Name, administrator: v.boolean() });
const WebhookBody = v.strictObject({
  site: SiteName,
  body: v.record(v.string(), v.unknown()),
  id: v.optional(v.string()),
  seconds_ago: v.optional(v.pipe(v.number(), v.integer())),
  client_secret: v.optional(v.string()),
});
const ExpireBody = v.strictObject({ login: Name });
const RemoveSiteBody = v.strictObject({ login: Name, site: SiteName });

/** Documents Jira's part of the control API. */
export const JIRA_HELP = `Jira:

PATCH  /_control/jira              any of {"dead_refresh_token":"invalid_grant","hold_webhooks":false,
                                   "webhook_retry_delays_seconds":[300,600,900,900,900]}
GET    /_control/jira/accounts     list accounts, their sites with cloud ids, and their grants
PUT    /_control/jira/sites        {"login":"mia","sites":["acme"]}   replace the sites of an account
PUT    /_control/jira/administrators  {"login":"noah","administrator":true}   or false: a member
POST   /_control/jira/remove-site  {"login":"mia","site":"acme"}      remove a site from a grant
POST   /_control/jira/expire       {"login":"mia"}   expire access tokens now; refresh tokens stay valid
GET    /_control/jira/webhooks     list webhooks that were sent, and the result of each delivery
POST   /_control/jira/webhooks     {"site":"acme","body":{"webhookEvent":"…"}}   send a webhook once;
                                   optional: "id", "seconds_ago", "client_secret"
POST   /_control/jira/webhooks/{id}/deliver  send a held webhook, or send one again
POST   /_control/revoke            {"platform":"jira","login":"mia"}
`;

/** Creates the routes below `/_control/jira`. */
export function createJiraControlApp(jira: JiraControl): EmulatorApp {
  const app = createApp();
  app.patch(
    "/",
    withBody(SettingsBody, (body) => {
      jira.configure(toSettings(body));
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
  app.post(
    "/expire",
    withBody(ExpireBody, async ({ login }) => {
      await jira.expireTokens(login);
      return new Response(null, { status: 204 });
    }),
  );
  app.get("/webhooks", () => jsonResponse(200, { webhooks: jira.deliveries() }));
  app.post(
    "/webhooks",
    withBody(WebhookBody, async ({ seconds_ago, client_secret, ...webhook }) => {
      const options = { secondsAgo: seconds_ago, clientSecret: client_secret };
      return jsonResponse(200, await jira.send({ ...webhook, ...options }));
    }),
  );
  app.post("/webhooks/:id/deliver", async (c) =>
    jsonResponse(200, await jira.deliver(c.req.param("id"))),
  );
  return app;
}

function toSettings(body: SettingsBody) {
  const { dead_refresh_token, hold_webhooks, webhook_retry_delays_seconds } = body;
  return {
    ...(dead_refresh_token && { deadRefreshToken: dead_refresh_token }),
    ...(hold_webhooks !== undefined && { holdWebhooks: hold_webhooks }),
    ...(webhook_retry_delays_seconds && {
      webhookRetryDelaysSeconds: webhook_retry_delays_seconds,
    }),
  };
}

function toWireAccount({ login, accountId, sites, grant }: AccountView) {
  return {
    login,
    account_id: accountId,
    sites: sites.map(({ name, cloudId, url }) => ({ name, cloud_id: cloudId, url })),
    grant,
  };
}
