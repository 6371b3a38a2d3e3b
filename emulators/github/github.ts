import { createPublicKey, type KeyObject } from "node:crypto";
import { type PlatformRequest, plain, type Reply } from "../http.ts";
import { createCodes } from "../one-time-codes.ts";
import type { Platform, PlatformTools } from "../platform.ts";
import { type PlatformRoute, route } from "../router.ts";
import { appRoutes } from "./app-api.ts";
import { appUserRoutes } from "./app-user-api.ts";
import { applicationRoutes } from "./applications-api.ts";
import { authorize, decide } from "./authorize.ts";
import type { GithubApp, GithubAppContext, GithubContext } from "./context.ts";
import { createGithubControl, type GithubControl } from "./control.ts";
import { accountOf } from "./directory.ts";
import { restError } from "./errors.ts";
import { installRoutes } from "./install.ts";
import { installationRoutes } from "./installation-api.ts";
import { DEFAULT_PERMISSIONS } from "./permissions.ts";
import { GithubRecords, INITIAL_RECORDS } from "./records.ts";
import type { GithubAppRegistration, GithubRegistration } from "./registration.ts";
import { answerTokenRequest } from "./token-endpoint.ts";
import { removeGrant } from "./tokens.ts";
import { userRoutes } from "./user-api.ts";
import { createWebhooks } from "./webhooks.ts";

/** GitHub's codes live this long, and so do our forms. */
const FLOW_LIFETIME_SECONDS = 600;

const DEFAULTS = {
  appName: "Grantkeep",
  tokenLifetimeSeconds: null,
  sendsIssuer: true,
  tokensPerUserAndScopes: 10,
};

/** User tokens of a GitHub App expire, unless the App opts out. */
const APP_DEFAULTS = { ...DEFAULTS, tokenLifetimeSeconds: 28_800 };

/** The emulated GitHub, and how to play its people. */
export interface Github extends Platform {
  readonly control: GithubControl;
}

/** GitHub with one app: the web flows at the root, the REST API under `/api`. */
export function createGithub(
  { app: registeredApp, ...registration }: GithubRegistration,
  tools: PlatformTools,
): Github {
  const app = registeredApp ? toApp(registeredApp) : null;
  const github: GithubContext = {
    ...tools,
    app,
    registration: { ...(app ? APP_DEFAULTS : DEFAULTS), ...registration },
    records: tools.keep(GithubRecords, INITIAL_RECORDS),
    pending: createCodes(tools.clock, FLOW_LIFETIME_SECONDS),
    codes: createCodes(tools.clock, FLOW_LIFETIME_SECONDS),
    installForms: createCodes(tools.clock, FLOW_LIFETIME_SECONDS),
    webhooks: createWebhooks(registeredApp),
  };
  const routes = [...githubRoutes(github), ...(app ? githubAppRoutes({ ...github, app }) : [])];

  return {
    handle: (request) =>
      refuseNamelessClient(request) ??
      route(routes, withoutVersion(request)) ??
      restError(404, "Not Found"),
    revoke: (login) => removeGrant(github, accountOf(github, login).login),

    forgetFlows() {
      github.pending.clear();
      github.codes.clear();
      github.installForms.clear();
      github.webhooks.clear();
    },

    close: () => github.webhooks.close(),
    control: createGithubControl(github),
  };
}

function toApp(registered: GithubAppRegistration): GithubApp {
  const { publicKey, permissions = DEFAULT_PERMISSIONS } = registered;
  return { ...registered, publicKey: toPublicKey(publicKey), permissions };
}

function toPublicKey(key: KeyObject | string): KeyObject {
  return typeof key !== "string" && key.type === "public" ? key : createPublicKey(key);
}

function githubRoutes(github: GithubContext): PlatformRoute<Reply>[] {
  return [
    {
      method: "GET",
      path: "/login/oauth/authorize",
      handle: (request) => authorize(github, request),
    },
    {
      method: "POST",
      path: "/login/oauth/authorize",
      handle: (request) => decide(github, request),
    },
    {
      method: "POST",
      path: "/login/oauth/access_token",
      handle: (request) => answerTokenRequest(github, request),
    },
    ...userRoutes(github),
    ...applicationRoutes(github),
  ];
}

function githubAppRoutes(github: GithubAppContext): PlatformRoute<Reply>[] {
  return [
    ...installRoutes(github),
    ...appRoutes(github),
    ...installationRoutes(github),
    ...appUserRoutes(github),
  ];
}

/** An Enterprise Server has its REST API under `/api/v3`. */
function withoutVersion(request: PlatformRequest): PlatformRequest {
  return { ...request, path: request.path.replace(/^\/api\/v3\//, "/api/") };
}

/** @see [User agent required](https://docs.github.com/en/rest/using-the-rest-api/getting-started-with-the-rest-api#user-agent) */
function refuseNamelessClient({ path, headers }: PlatformRequest): Reply | undefined {
  if (!path.startsWith("/api/") || headers["user-agent"]) return undefined;
  return plain(
    403,
    "Request forbidden by administrative rules. Please make sure your request has a User-Agent header.",
  );
}
