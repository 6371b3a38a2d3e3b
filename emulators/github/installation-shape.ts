import type { GithubAppContext, GithubContext } from "./context.ts";
import { accountIdOf } from "./directory.ts";
import type { AccountReference, EmulatedInstallation, InstallationRequest } from "./records.ts";
import { DEFAULT_BRANCH } from "./repositories/content-records.ts";
import { repositoryId } from "./repositories/repository.ts";
import { settingsPath } from "./settings-path.ts";
import { toAccount, toNodeId, toSimpleUser, toWireTime } from "./simple-account.ts";

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
    events: [],
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

/** Returns the fields of a repository in webhooks. All are private, so that access must be granted. */
export function toRepositoryName(account: AccountReference, ownerId: number, name: string) {
  const id = repositoryId(ownerId, name);
  const full_name = `${account.login}/${name}`;
  return { id, node_id: toNodeId("Repository", id), name, full_name, private: true };
}

/** Returns a repository as the REST API shows it. */
export function toRepository(github: GithubContext, account: AccountReference, name: string) {
  const owner = toAccount(github, account);
  const path = `${account.login}/${name}`;
  return {
    ...toRepositoryName(account, owner.id, name),
    owner,
    html_url: `${github.url}/${path}`,
    url: `${github.url}/api/repos/${path}`,
    description: null,
    fork: false,
    visibility: "private",
    archived: false,
    disabled: false,
    has_issues: true,
    default_branch: DEFAULT_BRANCH,
  };
}
