import { json, type Reply } from "../http.ts";
import { createCodes } from "../one-time-codes.ts";
import type { Platform, PlatformTools } from "../platform.ts";
import { type PlatformRoute, route } from "../router.ts";
import { apiRoutes } from "./api.ts";
import { authorize, decide } from "./authorize.ts";
import { type JiraContext, JiraMemory, type JiraSettings } from "./context.ts";
import { createJiraControl, type JiraControl } from "./control.ts";
import { setGrant } from "./grants.ts";
import type { JiraRegistration } from "./registration.ts";
import { answerTokenRequest } from "./token-endpoint.ts";
import { endTokensOf } from "./tokens.ts";

/** Atlassian does not say how long a code lives; RFC 6749, section 4.1.2, recommends no more. */
const FLOW_LIFETIME_SECONDS = 600;

const DEFAULTS = {
  appName: "Grantkeep",
  leewaySeconds: 600,
  accessTokenLifetimeSeconds: 3600,
  inactivitySeconds: 90 * 86_400,
};

const SETTINGS: JiraSettings = { deadRefreshToken: "unauthorized_client" };

const NOTHING_KEPT: JiraMemory = { grants: {}, sites: {}, families: {}, spent: [] };

/** The emulated Jira, with what can be done to it. */
export interface Jira extends Platform {
  readonly control: JiraControl;
}

/** Atlassian with one 3LO app: the flow at the root, the API under `/api`. */
export function createJira(registration: JiraRegistration, tools: PlatformTools): Jira {
  let settings = SETTINGS;
  const jira: JiraContext = {
    ...tools,
    registration: { ...DEFAULTS, ...registration },
    memory: tools.keep(JiraMemory, NOTHING_KEPT),
    settings: () => settings,
    pending: createCodes(tools.clock, FLOW_LIFETIME_SECONDS),
    codes: createCodes(tools.clock, FLOW_LIFETIME_SECONDS),
  };
  const routes = jiraRoutes(jira);

  return {
    handle: (request) => route(routes, request) ?? json(404, { code: 404, message: "Not Found" }),

    revoke(login) {
      setGrant(jira, login, undefined);
      return endTokensOf(jira, login);
    },

    forgetFlows() {
      settings = SETTINGS;
      jira.pending.clear();
      jira.codes.clear();
    },

    control: createJiraControl(jira, (changes) => {
      settings = { ...settings, ...changes };
    }),
  };
}

function jiraRoutes(jira: JiraContext): PlatformRoute<Reply>[] {
  return [
    { method: "GET", path: "/authorize", handle: (request) => authorize(jira, request) },
    { method: "POST", path: "/authorize", handle: (request) => decide(jira, request) },
    {
      method: "POST",
      path: "/oauth/token",
      handle: (request) => answerTokenRequest(jira, request),
    },
    ...apiRoutes(jira),
  ];
}
