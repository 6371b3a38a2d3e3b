import * as v from "valibot";
import { type ControlRoute, withBody } from "../control-route.ts";
import { json, noContent } from "../http.ts";
import type { GithubControl } from "./control.ts";
import {
  ApprovalInput,
  ChangeInput,
  InstallInput,
  OrganizationInput,
  PermissionsInput,
  RenameInput,
  RepositoriesInput,
  WebhookInput,
} from "./control-input.ts";

const Id = v.pipe(v.number(), v.integer());
const RedeliverBody = v.strictObject({ id: Id });
const ReleaseBody = v.strictObject({ ids: v.optional(v.array(Id)) });

/** The part of the control API's help that is about GitHub. */
export const GITHUB_HELP = `GitHub, with a GitHub App; "by" says who does it, else the owner of the account does:

POST   /_control/github/organizations  {"login":"acme","id":1,"repositories":["api"],"people":[{"login":"ann",
                                        "role":"admin","state":"active","repositories":"all"}]}
                                        roles: admin, member, billing_manager, collaborator
GET    /_control/github/installations
POST   /_control/github/installations  {"account":"acme","repositories":"all","permissions":{"contents":"read"}}
                                        of no organization: a user; "type":"Enterprise" for an enterprise
POST   /_control/github/uninstall      {"account":"acme","by":"ann"}
POST   /_control/github/suspend        {"account":"acme"}      and /unsuspend
POST   /_control/github/permissions    {"account":"acme","permissions":{"contents":"write"}}
POST   /_control/github/repositories   {"account":"acme","repositories":["api"]}
POST   /_control/github/rename         {"account":"acme","to":"acme-corp"}
GET    /_control/github/requests       installs that members have asked for
POST   /_control/github/approve        {"account":"acme","requester":"bob"}
GET    /_control/github/deliveries     webhooks, and what became of them
POST   /_control/github/deliveries     {"event":"installation","payload":{}}   send one, maybe with "secret"
POST   /_control/github/deliveries/redeliver  {"id":1}
POST   /_control/github/deliveries/hold       {}   keep webhooks back
POST   /_control/github/deliveries/release    {"ids":[2,1]} in this order; {} all, and hold no more
`;

/** The control API of GitHub. */
export function githubControlRoutes(github: GithubControl): ControlRoute[] {
  return [...accountRoutes(github), ...webhookRoutes(github)];
}

function accountRoutes(github: GithubControl): ControlRoute[] {
  const onOrganization = withBody(OrganizationInput, async (body) =>
    json(201, await github.createOrganization(body)),
  );
  const onInstall = withBody(InstallInput, async (body) => json(201, await github.install(body)));
  const onPermissions = withBody(PermissionsInput, async (body) =>
    json(200, await github.acceptPermissions(body)),
  );
  const onRepositories = withBody(RepositoriesInput, async (body) =>
    json(200, await github.chooseRepositories(body)),
  );
  const onRename = withBody(RenameInput, async (body) => done(github.rename(body)));
  const onApproval = withBody(ApprovalInput, async (body) => json(201, await github.approve(body)));
  const change = (work: (input: ChangeInput) => Promise<void>) =>
    withBody(ChangeInput, (body) => done(work(body)));

  return [
    { method: "POST", path: "/github/organizations", handle: onOrganization },
    {
      method: "GET",
      path: "/github/installations",
      handle: () => json(200, { installations: github.installations() }),
    },
    { method: "POST", path: "/github/installations", handle: onInstall },
    { method: "POST", path: "/github/uninstall", handle: change(github.uninstall) },
    { method: "POST", path: "/github/suspend", handle: change(github.suspend) },
    { method: "POST", path: "/github/unsuspend", handle: change(github.unsuspend) },
    { method: "POST", path: "/github/permissions", handle: onPermissions },
    { method: "POST", path: "/github/repositories", handle: onRepositories },
    { method: "POST", path: "/github/rename", handle: onRename },
    {
      method: "GET",
      path: "/github/requests",
      handle: () => json(200, { requests: github.requests() }),
    },
    { method: "POST", path: "/github/approve", handle: onApproval },
  ];
}

function webhookRoutes(github: GithubControl): ControlRoute[] {
  const onWebhook = withBody(WebhookInput, async (body) =>
    json(201, await github.sendWebhook(body)),
  );
  const onRedeliver = withBody(RedeliverBody, async ({ id }) =>
    json(200, await github.redeliver(id)),
  );
  const onRelease = withBody(ReleaseBody, ({ ids }) => done(github.releaseDeliveries(ids)));
  return [
    {
      method: "GET",
      path: "/github/deliveries",
      handle: async () => json(200, { deliveries: await github.deliveries() }),
    },
    { method: "POST", path: "/github/deliveries", handle: onWebhook },
    { method: "POST", path: "/github/deliveries/redeliver", handle: onRedeliver },
    {
      method: "POST",
      path: "/github/deliveries/hold",
      handle: () => {
        github.holdDeliveries();
        return noContent();
      },
    },
    { method: "POST", path: "/github/deliveries/release", handle: onRelease },
  ];
}

async function done(work: Promise<void>) {
  await work;
  return noContent();
}
