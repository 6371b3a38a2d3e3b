import * as v from "valibot";
import { withBody } from "../control-body.ts";
import { DeliveryRules } from "../delivery-queue.ts";
import { createApp, type EmulatorApp, jsonResponse } from "../http.ts";
import type { GithubControl } from "./control.ts";
import {
  AccountInput,
  AppPermissionsInput,
  ApprovalInput,
  InstallationInput,
  OrganizationInput,
  PermissionsInput,
  RenameInput,
  RepositoriesInput,
  WebhookInput,
} from "./control-input.ts";

const Id = v.pipe(v.number(), v.integer());
const RedeliverBody = v.strictObject({ id: Id });
const ReleaseBody = v.strictObject({ ids: v.optional(v.array(Id)) });

/** Documents GitHub's part of the control API. */
export const GITHUB_HELP = `GitHub, as a GitHub App; "by" is the user who acts, by default an owner of the account:

POST   /_control/github/organizations  {"login":"acme","id":1,"repositories":["api"],"people":[{"login":"ann",
                                        "role":"admin","state":"active","repositories":"all","administers":["api"]}]}
                                        roles: admin, member, billing_manager, collaborator
GET    /_control/github/installations
POST   /_control/github/installations  {"account":"acme","repositories":"all","permissions":{"contents":"read"}}
                                        "type":"Enterprise" for an enterprise; "byApp":"installer" by the API, by another App
POST   /_control/github/uninstall      {"account":"acme","by":"ann"}
POST   /_control/github/suspend        {"account":"acme"}      and /unsuspend
POST   /_control/github/app-permissions  {"permissions":{"contents":"write"}}   request these from now on
POST   /_control/github/permissions    {"account":"acme"}      accept them; others: "permissions":{"contents":"read"}
POST   /_control/github/repositories   {"account":"acme","repositories":["api"]}
POST   /_control/github/rename         {"account":"acme","to":"acme-corp"}
GET    /_control/github/requests       list installs that members requested
POST   /_control/github/approve        {"account":"acme","requester":"bob"}
GET    /_control/github/deliveries     list webhooks and the result of each delivery
POST   /_control/github/deliveries     {"event":"installation","payload":{}}   send a webhook; optional: "secret", "appId"
PATCH  /_control/github/deliveries     any of {"senders":1,"order":"sent","copies":1,"delay_milliseconds":0,
                                        "timeout_milliseconds":10000}   order: sent, random
POST   /_control/github/deliveries/redeliver  {"id":1}
POST   /_control/github/deliveries/hold       {}   hold webhooks back
POST   /_control/github/deliveries/release    {"ids":[2,1]} send these; {} send all and stop holding back
`;

/** Creates the routes below `/_control/github`. */
export function createGithubControlApp(github: GithubControl): EmulatorApp {
  const app = createApp();
  addAccountRoutes(app, github);
  addInstallationRoutes(app, github);
  addWebhookRoutes(app, github);
  return app;
}

function addAccountRoutes(app: EmulatorApp, github: GithubControl): void {
  app.post(
    "/organizations",
    withBody(OrganizationInput, async (body) =>
      jsonResponse(201, await github.createOrganization(body)),
    ),
  );
  app.post(
    "/rename",
    withBody(RenameInput, (body) => done(github.rename(body))),
  );
  app.get("/requests", () => jsonResponse(200, { requests: github.requests() }));
  app.post(
    "/approve",
    withBody(ApprovalInput, async (body) => jsonResponse(201, await github.approve(body))),
  );
}

function addInstallationRoutes(app: EmulatorApp, github: GithubControl): void {
  app.get("/installations", () => jsonResponse(200, { installations: github.installations() }));
  app.post(
    "/installations",
    withBody(InstallationInput, async (body) => jsonResponse(201, await github.install(body))),
  );
  for (const action of ["uninstall", "suspend", "unsuspend"] as const) {
    app.post(
      `/${action}`,
      withBody(AccountInput, (body) => done(github[action](body))),
    );
  }
  app.post(
    "/app-permissions",
    withBody(AppPermissionsInput, async (body) =>
      jsonResponse(200, { permissions: await github.changeAppPermissions(body) }),
    ),
  );
  app.post(
    "/permissions",
    withBody(PermissionsInput, async (body) =>
      jsonResponse(200, await github.acceptPermissions(body)),
    ),
  );
  app.post(
    "/repositories",
    withBody(RepositoriesInput, async (body) =>
      jsonResponse(200, await github.chooseRepositories(body)),
    ),
  );
}

function addWebhookRoutes(app: EmulatorApp, github: GithubControl): void {
  app.get("/deliveries", async () => jsonResponse(200, { deliveries: await github.deliveries() }));
  app.post(
    "/deliveries",
    withBody(WebhookInput, async (body) => jsonResponse(201, await github.sendWebhook(body))),
  );
  app.post(
    "/deliveries/redeliver",
    withBody(RedeliverBody, async ({ id }) => jsonResponse(200, await github.redeliver(id))),
  );
  app.patch(
    "/deliveries",
    withBody(DeliveryRules, (rules) => jsonResponse(200, github.configureDelivery(rules))),
  );
  app.post("/deliveries/hold", (c) => {
    github.holdDeliveries();
    return c.body(null, 204);
  });
  app.post(
    "/deliveries/release",
    withBody(ReleaseBody, ({ ids }) => done(github.releaseDeliveries(ids))),
  );
}

async function done(work: Promise<void>): Promise<Response> {
  await work;
  return new Response(null, { status: 204 });
}
