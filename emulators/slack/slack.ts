import type { PlatformRequest, Reply } from "../http.ts";
import { createCodes } from "../one-time-codes.ts";
import type { Platform, PlatformTools } from "../platform.ts";
import { type PlatformRoute, route } from "../router.ts";
import { type SlackContext, SlackMemory, type SlackSettings } from "./context.ts";
import { createSlackControl, type SlackControl } from "./control.ts";
import { createSlackEvents } from "./events.ts";
import { authorize, decide, startAsAdmin } from "./install.ts";
import { organizationOf } from "./organizations.ts";
import type { SlackRegistration } from "./registration.ts";
import { fail } from "./responses.ts";
import { accessOAuth } from "./token-endpoint.ts";
import { uninstall } from "./uninstall.ts";
import { webApiRoutes } from "./web-api.ts";

/** Slack's codes live this long, and so does our consent form. */
const FLOW_LIFETIME_SECONDS = 600;

const DEFAULTS = {
  appName: "Grantkeep",
  optionalScopes: [],
  rotation: false,
  tokenLifetimeSeconds: 43_200,
};

/** Retries come at once, after a minute and after five. */
const SETTINGS: SlackSettings = {
  graceSeconds: 0,
  holdEvents: false,
  retryDelaysSeconds: [0, 60, 300],
};

/** The emulated Slack, with what can be done to it. */
export interface Slack extends Platform {
  readonly control: SlackControl;
}

/** Slack with one app: the install flow at the root, the Web API under `/api`. */
export function createSlack(registration: SlackRegistration, tools: PlatformTools): Slack {
  let settings = SETTINGS;
  const events = createSlackEvents(registration, () => settings);
  const slack: SlackContext = {
    ...tools,
    registration: { ...DEFAULTS, ...registration },
    memory: tools.keep(SlackMemory, { ended: [], nonces: {} }),
    events,
    settings: () => settings,
    pending: createCodes(tools.clock, FLOW_LIFETIME_SECONDS),
    codes: createCodes(tools.clock, FLOW_LIFETIME_SECONDS),
  };
  const routes = slackRoutes(slack);
  const control = createSlackControl(events, {
    get: () => settings,
    set: (changed) => {
      settings = changed;
    },
  });

  return {
    handle: (request) => route(routes, request) ?? unknownMethod(request),
    revoke: (organizationId) => uninstall(slack, organizationOf(organizationId)),

    forgetFlows() {
      settings = SETTINGS;
      events.clear();
      slack.pending.clear();
      slack.codes.clear();
    },

    async close() {
      events.clear();
      await events.settled();
    },

    control,
  };
}

function slackRoutes(slack: SlackContext): PlatformRoute<Reply>[] {
  return [
    { method: "GET", path: "/oauth/v2/authorize", handle: (request) => authorize(slack, request) },
    { method: "POST", path: "/oauth/v2/authorize", handle: (request) => decide(slack, request) },
    { method: "GET", path: "/admin/install", handle: (request) => startAsAdmin(slack, request) },
    {
      method: "POST",
      path: "/api/oauth.v2.access",
      handle: (request) => accessOAuth(slack, request),
    },
    ...webApiRoutes(slack),
  ];
}

function unknownMethod({ path }: PlatformRequest): Reply {
  return fail("unknown_method", { req_method: path.replace(/^\/api\//, "") });
}
