import { health } from "./contract/health.ts";
import {
  authorize,
  callback,
  chooseOrganization,
  githubSetup,
  githubWaiting,
  installPage,
} from "./contract/install-flow.ts";
import {
  createInstallLink,
  endInstallLink,
  getInstallLink,
  listInstallLinks,
} from "./contract/install-links.ts";
import {
  checkInstallation,
  countInstallations,
  readActivity,
  readGithubInventory,
} from "./contract/installation-operations.ts";
import {
  createInstallation,
  deleteInstallation,
  getInstallation,
  listInstallations,
  updateInstallation,
} from "./contract/installations.ts";
import type { RouteContract } from "./contract/route-contract.ts";
import {
  githubWebhook,
  jiraWebhook,
  slackInteractions,
  slackWebhook,
} from "./contract/webhooks.ts";

/**
 * The routes of the HTTP API.
 *
 * A handler imports its own request schema and only the type of its response: esbuild cannot drop an unused
 * schema from a module that it includes.
 */
export const HTTP_CONTRACT: Readonly<Record<string, RouteContract>> = {
  "GET /": installPage,
  "GET /health": health,
  "GET /oauth/{platform}/authorize": authorize,
  "GET /oauth/{platform}/callback": callback,
  "GET /oauth/github/setup": githubSetup,
  "GET /oauth/github/waiting": githubWaiting,
  "POST /oauth/{platform}/organization": chooseOrganization,
  "POST /webhooks/github": githubWebhook,
  "POST /webhooks/slack": slackWebhook,
  "POST /webhooks/slack/interactions": slackInteractions,
  "POST /webhooks/jira": jiraWebhook,
  "POST /install-links": createInstallLink,
  "GET /install-links": listInstallLinks,
  "GET /install-links/{id}": getInstallLink,
  "DELETE /install-links/{id}": endInstallLink,
  "POST /installations": createInstallation,
  "GET /installations": listInstallations,
  "GET /installations/counts": countInstallations,
  "GET /installations/{id}": getInstallation,
  "PATCH /installations/{id}": updateInstallation,
  "DELETE /installations/{id}": deleteInstallation,
  "GET /installations/{id}/activity": readActivity,
  "POST /installations/{id}/health-check": checkInstallation,
  "GET /github/inventory": readGithubInventory,
};
