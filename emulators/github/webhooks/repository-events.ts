import type { GithubContext } from "../context.ts";
import { findOrganization } from "../directory.ts";
import { findInstallationOnAccount } from "../installations.ts";
import { includesPermissions, type Permissions } from "../permissions.ts";
import type { SubscribedEvent } from "../registration.ts";
import type { Repository } from "../repositories/repository.ts";
import { installedRepositories } from "../repository-access.ts";
import { toRepository } from "../repository-shape.ts";
import { toNodeId, toSimpleOrganization, toSimpleUser } from "../simple-account.ts";
import { subscribedEvents } from "./subscriptions.ts";

/** An event in a repository. */
interface RepositoryEvent {
  readonly event: SubscribedEvent;
  /** The login of the user or bot who acted. */
  readonly sender: string;
  /** A permission that this event needs besides those of its kind. */
  readonly needs?: Permissions;
  /** The fields of the payload that are not common to all events. */
  readonly fields: object;
  /** The fields of the repository that only this event has. */
  readonly repositoryFields?: object;
}

/**
 * Notifies the App of an event in a repository, if it subscribes to the event and is installed there with
 * the permission. A suspended installation gets none.
 *
 * @see [Webhook events and payloads](https://docs.github.com/en/webhooks/webhook-events-and-payloads)
 */
export function notifyRepositoryEvent(
  github: GithubContext,
  repository: Repository,
  { event, sender, needs = {}, fields, repositoryFields }: RepositoryEvent,
): void {
  const { app } = github;
  if (!app) return;
  const { account, name } = repository;
  const installation = findInstallationOnAccount({ ...github, app }, account);
  if (!installation || installation.suspended) return;
  const { id, permissions } = installation;
  const isAllowed =
    installedRepositories(github, installation).includes(name) &&
    subscribedEvents({ app }, permissions).includes(event) &&
    includesPermissions(permissions, needs);
  if (!isAllowed) return;

  const organization = findOrganization(github, account.login);
  const payload = {
    ...fields,
    repository: { ...toRepository(github, account, name), ...repositoryFields },
    ...(organization && { organization: toOrganization(organization) }),
    sender: toSimpleUser(github, sender),
    installation: { id, node_id: toNodeId("IntegrationInstallation", id) },
  };
  github.webhooks.send({ event, payload });
}

/** Webhooks show an organization with fewer fields than an account. */
function toOrganization(organization: Parameters<typeof toSimpleOrganization>[0]) {
  const { login, id, node_id, avatar_url } = toSimpleOrganization(organization);
  const url = `https://api.github.example.invalid/orgs/${login}`;
  return {
    login,
    id,
    node_id,
    url,
    repos_url: `${url}/repos`,
    events_url: `${url}/events`,
    hooks_url: `${url}/hooks`,
    issues_url: `${url}/issues`,
    members_url: `${url}/members{/member}`,
    public_members_url: `${url}/public_members{/member}`,
    avatar_url,
    description: null,
  };
}
