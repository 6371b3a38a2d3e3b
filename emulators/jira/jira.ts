import { createApp, type EmulatorApp, jsonResponse } from "../http.ts";
import { createOneTimeCodes } from "../one-time-codes.ts";
import type { EmulatedPlatform, PlatformServices } from "../platform.ts";
import { createJiraApi } from "./api.ts";
import { showConsent, submitConsent } from "./authorize.ts";
import { type JiraContext, JiraRecords, type JiraSettings } from "./context.ts";
import { createJiraControl, type JiraControl } from "./control.ts";
import { createJiraControlApp, JIRA_HELP } from "./control-routes.ts";
import { setGrant } from "./grants.ts";
import type { JiraRegistration } from "./registration.ts";
import { handleTokenRequest } from "./token-endpoint.ts";
import { revokeTokensOf } from "./tokens.ts";
import { createJiraOutbox } from "./webhooks/webhook-outbox.ts";
import { addProjectPages } from "./work/project-pages.ts";

/** Atlassian does not document it; RFC 6749, section 4.1.2, recommends ten minutes at most. */
const FLOW_LIFETIME_SECONDS = 600;

const DEFAULTS = {
  appName: "Grantkeep",
  leewaySeconds: 600,
  accessTokenLifetimeSeconds: 3600,
  inactivitySeconds: 90 * 86_400,
};

/** Jira retries five times, after five to fifteen minutes each. */
const INITIAL_SETTINGS: JiraSettings = {
  deadRefreshToken: "unauthorized_client",
  holdWebhooks: false,
  webhookRetryDelaysSeconds: [300, 600, 900, 900, 900],
};

const INITIAL_RECORDS: JiraRecords = {
  grants: {},
  sites: {},
  administrators: {},
  families: {},
  spent: [],
  issues: [],
  webhooks: [],
  lastWebhookIds: {},
};

/** The emulated Jira and its control. */
export interface EmulatedJira extends EmulatedPlatform {
  readonly control: JiraControl;
}

/** Creates an Atlassian with one 3LO app: the pages at the root, the API under `/api`. */
export function emulateJira(
  registration: JiraRegistration,
  services: PlatformServices,
): EmulatedJira {
  let settings = INITIAL_SETTINGS;
  const jira: JiraContext = {
    ...services,
    registration: { ...DEFAULTS, ...registration },
    records: services.persist(JiraRecords, INITIAL_RECORDS),
    outbox: createJiraOutbox(registration, () => settings),
    settings: () => settings,
    pending: createOneTimeCodes(services.clock, FLOW_LIFETIME_SECONDS),
    codes: createOneTimeCodes(services.clock, FLOW_LIFETIME_SECONDS),
  };
  const control = createJiraControl(jira, (changes) => {
    settings = { ...settings, ...changes };
  });

  return {
    app: createJiraApp(jira),
    controlApp: createJiraControlApp(control),
    controlHelp: JIRA_HELP,
    control,

    revoke(login) {
      setGrant(jira, login, undefined);
      return revokeTokensOf(jira, login);
    },

    clearPendingFlows() {
      settings = INITIAL_SETTINGS;
      jira.outbox.clear();
      jira.pending.clear();
      jira.codes.clear();
    },

    async close() {
      jira.outbox.clear();
      await jira.outbox.settled();
    },
  };
}

function createJiraApp(jira: JiraContext): EmulatorApp {
  const app = createApp();
  app.get("/authorize", (c) => showConsent(jira, c));
  app.post("/authorize", (c) => submitConsent(jira, c));
  app.post("/oauth/token", (c) => handleTokenRequest(jira, c));
  app.route("/api", createJiraApi(jira));
  addProjectPages(app, jira);
  app.all("*", () => jsonResponse(404, { code: 404, message: "Not Found" }));
  return app;
}
