import type { GithubAppContext } from "./context.ts";
import { accountIdOf } from "./directory.ts";
import type { EmulatedInstallation, InstallationRequest } from "./records.ts";
import { settingsPath } from "./settings-path.ts";
import { toAccount, toNodeId, toSimpleUser, toWireTime } from "./simple-account.ts";
import { subscribedEvents } from "./webhooks/subscriptions.ts";

/**
 * Returns an installation as the REST API and the webhooks show it.
 *
 * @see [Get an installation](https://docs.github.com/en/rest/apps/apps#get-an-installation-for-the-authenticated-app)
 */
export function toInstallation(github: GithubAppContext, installation: EmulatedInstallation) {
  const { app, registration, clock, url } = github;
  const { id, account, repositories, permissions, createdAt, updatedAt, suspended } = installation;
  return {
    id,
    client_id: registration.clientId,
    account: toAccount(github, account),
    repository_selection: repositories === "all" ? "all" : "selected",
    access_tokens_url: `${url}/api/app/installations/${id}/access_tokens`,
    repositories_url: `${url}/api/installation/repositories`,
    html_url: url + settingsPath(installation),
    app_id: app.appId,
    app_slug: app.slug,
    target_id: accountIdOf(github, account),
    target_type: account.type,
    permissions,
    events: subscribedEvents(github, permissions),
    created_at: toWireTime(clock, createdAt),
    updated_at: toWireTime(clock, updatedAt),
    single_file_name: null,
    has_multiple_single_files: false,
    single_file_paths: [],
    suspended_by: suspended && toSimpleUser(github, suspended.by),
    suspended_at: suspended && toWireTime(clock, suspended.at),
    contact_email: null,
  };
}

/**
 * Returns a request as the REST API shows it.
 *
 * @see [List installation requests](https://docs.github.com/en/rest/apps/apps#list-installation-requests-for-the-authenticated-app)
 */
export function toInstallationRequest(github: GithubAppContext, request: InstallationRequest) {
  const { id, login, requester, createdAt } = request;
  return {
    id,
    node_id: toNodeId("IntegrationInstallationRequest", id),
    account: toAccount(github, { type: "Organization", login }),
    requester: toSimpleUser(github, requester),
    created_at: toWireTime(github.clock, createdAt),
  };
}
