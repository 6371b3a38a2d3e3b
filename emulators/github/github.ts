import { createPublicKey, type KeyObject } from "node:crypto";
import type { MiddlewareHandler } from "hono";
import { createApp, type EmulatorApp, type EmulatorEnv } from "../http.ts";
import { createOneTimeCodes } from "../one-time-codes.ts";
import type { EmulatedPlatform, PlatformServices } from "../platform.ts";
import { createAppApi } from "./app-api.ts";
import { createAppUserApi } from "./app-user-api.ts";
import { createApplicationsApi } from "./applications-api.ts";
import { showConsent, submitConsent } from "./authorize.ts";
import type { GithubApp, GithubContext } from "./context.ts";
import { createGithubControl, type GithubControl } from "./control.ts";
import { createGithubControlApp, GITHUB_HELP } from "./control-routes.ts";
import { accountOf } from "./directory.ts";
import { restError } from "./errors.ts";
import { handleGraphql } from "./graphql.ts";
import { addInstallPages } from "./install.ts";
import { addInstallationApi } from "./installation-api.ts";
import { addManifestPages, convertManifest } from "./manifest-pages.ts";
import { addRequestPages } from "./organization-settings.ts";
import { DEFAULT_PERMISSIONS } from "./permissions.ts";
import { countRequests, showRateLimit } from "./rate-limit-api.ts";
import { createRateLimits } from "./rate-limits.ts";
import { GithubRecords, INITIAL_RECORDS } from "./records.ts";
import type { GithubAppRegistration, GithubRegistration } from "./registration.ts";
import { addRepositoryApi } from "./repositories/repository-api.ts";
import { addRepositoryPages } from "./repositories/repository-pages.ts";
import { addSettingsPages } from "./settings.ts";
import { handleTokenRequest } from "./token-endpoint.ts";
import { revokeGrant } from "./tokens.ts";
import { addUserApi } from "./user-api.ts";
import { createWebhooks } from "./webhooks/webhooks.ts";

/** The lifetime of GitHub's codes, and of the forms here. */
const FLOW_LIFETIME_SECONDS = 600;

/** The lifetime of the code of a manifest. */
const MANIFEST_CODE_LIFETIME_SECONDS = 3600;

const DEFAULTS = {
  appName: "Grantkeep",
  tokenLifetimeSeconds: null,
  sendsIssuer: true,
  tokensPerUserAndScopes: 10,
};

/** User tokens of a GitHub App expire unless the App opts out. */
const APP_DEFAULTS = { ...DEFAULTS, tokenLifetimeSeconds: 28_800 };

/** The emulated GitHub and its control. */
export interface EmulatedGithub extends EmulatedPlatform {
  readonly control: GithubControl;
}

/** Creates a GitHub with one app: the pages at the root, the REST API under `/api`. */
export function emulateGithub(
  { app: registeredApp, ...registration }: GithubRegistration,
  services: PlatformServices,
): EmulatedGithub {
  const app = registeredApp ? toApp(registeredApp) : null;
  const github: GithubContext = {
    ...services,
    app,
    registration: { ...(app ? APP_DEFAULTS : DEFAULTS), ...registration },
    records: services.persist(GithubRecords, INITIAL_RECORDS),
    pending: createOneTimeCodes(services.clock, FLOW_LIFETIME_SECONDS),
    codes: createOneTimeCodes(services.clock, FLOW_LIFETIME_SECONDS),
    installForms: createOneTimeCodes(services.clock, FLOW_LIFETIME_SECONDS),
    manifests: createOneTimeCodes(services.clock, FLOW_LIFETIME_SECONDS),
    manifestCodes: createOneTimeCodes(services.clock, MANIFEST_CODE_LIFETIME_SECONDS),
    webhooks: createWebhooks(app ?? undefined, services.clock),
    rateLimits: createRateLimits(services.clock),
  };
  const control = createGithubControl(github);

  return {
    app: createGithubApp(github),
    controlApp: createGithubControlApp(control),
    controlHelp: GITHUB_HELP,
    control,

    revoke: (login) => revokeGrant(github, accountOf(github, login).login),

    clearPendingFlows() {
      github.pending.clear();
      github.codes.clear();
      github.installForms.clear();
      github.manifests.clear();
      github.manifestCodes.clear();
      github.webhooks.clear();
      github.rateLimits.clear();
    },

    close: () => github.webhooks.close(),
  };
}

function toApp(app: GithubAppRegistration): GithubApp {
  return {
    permissions: DEFAULT_PERMISSIONS,
    events: [],
    ...app,
    publicKey: toPublicKey(app.publicKey),
  };
}

function toPublicKey(key: KeyObject | string): KeyObject {
  return typeof key !== "string" && key.type === "public" ? key : createPublicKey(key);
}

function createGithubApp(github: GithubContext): EmulatorApp {
  const root = createApp();
  root.get("/login/oauth/authorize", (c) => showConsent(github, c));
  root.post("/login/oauth/authorize", (c) => submitConsent(github, c));
  root.post("/login/oauth/access_token", (c) => handleTokenRequest(github, c));
  if (github.app) {
    const appContext = { ...github, app: github.app };
    addInstallPages(root, appContext);
    addSettingsPages(root, appContext);
    addRequestPages(root, appContext);
    addManifestPages(root, appContext);
  }

  root.use("/api/*", requireUserAgent, countRequests(github));
  const restApi = createRestApi(github);
  root.route("/api", restApi);
  // The prefix of GitHub Enterprise Server.
  root.route("/api/v3", restApi);
  root.all("/api/*", () => restError(404, "Not Found"));
  addRepositoryPages(root, github);
  root.all("*", () => restError(404, "Not Found"));
  return root;
}

function createRestApi(github: GithubContext): EmulatorApp {
  const api = createApp();
  api.get("/rate_limit", (c) => showRateLimit(github, c));
  api.post("/graphql", (c) => handleGraphql(github, c));
  addUserApi(api, github);
  api.route("/applications", createApplicationsApi(github));
  if (github.app) {
    const appContext = { ...github, app: github.app };
    api.route("/app", createAppApi(appContext));
    api.route("/user", createAppUserApi(appContext));
    addInstallationApi(api, appContext);
    api.post("/app-manifests/:code/conversions", (c) => convertManifest(appContext, c));
  }
  addRepositoryApi(api, github);
  return api;
}

/** @see [User agent required](https://docs.github.com/en/rest/using-the-rest-api/getting-started-with-the-rest-api#user-agent) */
const requireUserAgent: MiddlewareHandler<EmulatorEnv> = async (c, next) => {
  if (c.req.header("user-agent")) return next();
  return c.text(
    "Request forbidden by administrative rules. Please make sure your request has a User-Agent header.",
    403,
  );
};
