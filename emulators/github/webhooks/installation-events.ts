import type { GithubAppContext, GithubContext } from "../context.ts";
import { accountIdOf } from "../directory.ts";
import { toInstallation } from "../installation-shape.ts";
import type { EmulatedInstallation } from "../records.ts";
import { installedRepositories } from "../repository-access.ts";
import { toRepositoryName } from "../repository-shape.ts";
import { toAccount, toNodeId, toSimpleUser } from "../simple-account.ts";

/** The change of an installation, by GitHub's names. */
type InstallationAction =
  | "created"
  | "deleted"
  | "suspend"
  | "unsuspend"
  | "new_permissions_accepted";

/**
 * Notifies the App of a change of an installation. `requester` is the member who requested the install.
 *
 * @see [installation](https://docs.github.com/en/webhooks/webhook-events-and-payloads#installation)
 */
export function notifyInstallation(
  github: GithubAppContext,
  action: InstallationAction,
  installation: EmulatedInstallation,
  { sender, requester = null }: { sender: string; requester?: string | null },
): void {
  const names = installedRepositories(github, installation);
  const payload = {
    action,
    installation: toInstallation(github, installation),
    repositories: toRepositoryNames(github, installation, names),
    requester: requester === null ? null : toSimpleUser(github, requester),
    sender: toSimpleUser(github, sender),
  };
  github.webhooks.send({ event: "installation", payload });
}

/**
 * Notifies the App of added and of removed repositories, in one event each.
 *
 * @see [installation_repositories](https://docs.github.com/en/webhooks/webhook-events-and-payloads#installation_repositories)
 */
export function notifyRepositories(
  github: GithubAppContext,
  before: EmulatedInstallation,
  after: EmulatedInstallation,
  sender: string,
): void {
  const had = installedRepositories(github, before);
  const has = installedRepositories(github, after);
  const changes = [
    { action: "added", added: has.filter((name) => !had.includes(name)), removed: [] },
    { action: "removed", added: [], removed: had.filter((name) => !has.includes(name)) },
  ];
  for (const { action, added, removed } of changes) {
    if (added.length + removed.length === 0) continue;
    const payload = {
      action,
      installation: toInstallation(github, after),
      repository_selection: after.repositories === "all" ? "all" : "selected",
      repositories_added: toRepositoryNames(github, after, added),
      repositories_removed: toRepositoryNames(github, after, removed),
      requester: null,
      sender: toSimpleUser(github, sender),
    };
    github.webhooks.send({ event: "installation_repositories", payload });
  }
}

/**
 * Notifies the App that an account with an installation was renamed.
 *
 * @see [installation_target](https://docs.github.com/en/webhooks/webhook-events-and-payloads#installation_target)
 */
export function notifyRenamed(
  github: GithubAppContext,
  installation: EmulatedInstallation,
  { from, sender }: { from: string; sender: string },
): void {
  const { id, account } = installation;
  const payload = {
    action: "renamed",
    account: toAccount(github, account),
    changes: { login: { from } },
    target_type: account.type,
    installation: { id, node_id: toNodeId("IntegrationInstallation", id) },
    sender: toSimpleUser(github, sender),
  };
  github.webhooks.send({ event: "installation_target", payload });
}

/**
 * Notifies a GitHub App that a user revoked its authorization; OAuth Apps have no such webhook.
 *
 * @see [github_app_authorization](https://docs.github.com/en/webhooks/webhook-events-and-payloads#github_app_authorization)
 */
export function notifyRevoked(github: GithubContext, login: string): void {
  if (!github.app) return;
  const payload = { action: "revoked", sender: toSimpleUser(github, login) };
  github.webhooks.send({ event: "github_app_authorization", payload });
}

function toRepositoryNames(
  github: GithubAppContext,
  { account }: EmulatedInstallation,
  names: readonly string[],
) {
  const ownerId = accountIdOf(github, account);
  return names.map((name) => toRepositoryName(account, ownerId, name));
}
