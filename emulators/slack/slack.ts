import { createDeliveryQueue, type DeliveryRules } from "../delivery-queue.ts";
import { createApp, type EmulatorApp, type RequestContext } from "../http.ts";
import { createOneTimeCodes } from "../one-time-codes.ts";
import type { EmulatedPlatform, PlatformServices } from "../platform.ts";
import { addChannelPages } from "./channel-pages.ts";
import { type SlackContext, SlackRecords } from "./context.ts";
import { createSlackControl, type SlackControl } from "./control.ts";
import { createSlackControlApp, SLACK_HELP } from "./control-routes.ts";
import { createSlackEvents } from "./events.ts";
import { showInstall, submitInstall } from "./install.ts";
import { createInteractionRequests } from "./interaction-requests.ts";
import { createInteractions } from "./interactions.ts";
import { addManifestPages } from "./manifest-pages.ts";
import { organizationOf } from "./organizations.ts";
import type { SlackRegistration } from "./registration.ts";
import { addResponseUrls } from "./response-urls.ts";
import { slackError } from "./responses.ts";
import { uninstallApp } from "./revocation.ts";
import { INITIAL_SETTINGS } from "./settings.ts";
import { handleTokenRequest } from "./token-endpoint.ts";
import { addWebApi } from "./web-api.ts";

/** The lifetime of Slack's codes, and of the form here. */
const FLOW_LIFETIME_SECONDS = 600;

const DEFAULTS = {
  appName: "Grantkeep",
  optionalScopes: [],
  rotation: false,
  tokenLifetimeSeconds: 43_200,
  events: [],
  commands: [],
};

/** Slack sends events at the same time, and waits three seconds for a response. */
const INITIAL_RULES: DeliveryRules = {
  senders: 100,
  order: "sent",
  copies: 1,
  delay_milliseconds: 0,
  timeout_milliseconds: 3000,
};

const INITIAL_RECORDS: SlackRecords = {
  ended: [],
  nonces: {},
  joined: [],
  messages: [],
  views: [],
};

/** The emulated Slack and its control. */
export interface EmulatedSlack extends EmulatedPlatform {
  readonly control: SlackControl;
}

/** Creates a Slack with one app: the install flow at the root, the Web API under `/api`. */
export function emulateSlack(
  registered: SlackRegistration,
  services: PlatformServices,
): EmulatedSlack {
  let settings = INITIAL_SETTINGS;
  const registration = { ...DEFAULTS, ...registered };
  const queue = createDeliveryQueue(INITIAL_RULES);
  const events = createSlackEvents(registration, () => settings, queue);
  const slack: SlackContext = {
    ...services,
    registration,
    records: services.persist(SlackRecords, INITIAL_RECORDS),
    events,
    interactionRequests: createInteractionRequests(registration),
    settings: () => settings,
    pending: createOneTimeCodes(services.clock, FLOW_LIFETIME_SECONDS),
    codes: createOneTimeCodes(services.clock, FLOW_LIFETIME_SECONDS),
    interactions: createInteractions(services.clock),
    manifests: createOneTimeCodes(services.clock, FLOW_LIFETIME_SECONDS),
  };
  const control = createSlackControl(slack, {
    queue,
    get: () => settings,
    set: (changed) => {
      settings = changed;
    },
  });

  return {
    app: createSlackApp(slack),
    controlApp: createSlackControlApp(control),
    controlHelp: SLACK_HELP,
    control,

    revoke: (organizationId) => uninstallApp(slack, organizationOf(organizationId)),

    clearPendingFlows() {
      settings = INITIAL_SETTINGS;
      events.clear();
      slack.pending.clear();
      slack.codes.clear();
      slack.manifests.clear();
      slack.interactions.clear();
      slack.interactionRequests.clear();
    },

    async close() {
      events.clear();
      slack.interactionRequests.clear();
      await events.settled();
    },
  };
}

function createSlackApp(slack: SlackContext): EmulatorApp {
  const app = createApp();
  app.get("/oauth/v2/authorize", (c) => showInstall(slack, c));
  app.post("/oauth/v2/authorize", (c) => submitInstall(slack, c));
  app.post("/api/oauth.v2.access", (c) => handleTokenRequest(slack, c));
  addWebApi(app, slack);
  addResponseUrls(app, slack);
  addChannelPages(app, slack);
  addManifestPages(app, slack);
  app.all("*", (c) => refuseUnknownMethod(slack, c));
  return app;
}

function refuseUnknownMethod({ url }: SlackContext, c: RequestContext): Response {
  const path = c.req.path.slice(new URL(url).pathname.length);
  return slackError("unknown_method", { req_method: path.replace(/^\/api\//, "") });
}
