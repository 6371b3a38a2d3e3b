import { randomInt } from "node:crypto";
import { permissionsOf } from "./app-permissions.ts";
import type { GithubAppContext } from "./context.ts";
import { isSameLogin } from "./directory.ts";
import { installationPermissions, type Permissions } from "./permissions.ts";
import type {
  AccountReference,
  EmulatedInstallation,
  InstallationRequest,
  RepositorySelection,
} from "./records.ts";
import { notifyInstallation, notifyRepositories } from "./webhooks/installation-events.ts";

/** The grant of an account. */
interface NewInstallation {
  readonly account: AccountReference;
  readonly repositories: RepositorySelection;
  readonly permissions?: Permissions | undefined;
  readonly sender: string;
  /** The member who requested it from the owner. */
  readonly requester?: string;
}

/** Returns all installations of the App, oldest first. */
export function installationsOf({ app, records }: GithubAppContext): EmulatedInstallation[] {
  return records.get().installations.filter(({ appId }) => appId === app.appId);
}

/** Returns the installation with an id. */
export function findInstallationById(
  github: GithubAppContext,
  id: number,
): EmulatedInstallation | undefined {
  return installationsOf(github).find((installation) => installation.id === id);
}

/** Returns the installation on an account, which has one at most. */
export function findInstallationOnAccount(
  github: GithubAppContext,
  { type, login }: AccountReference,
): EmulatedInstallation | undefined {
  return installationsOf(github).find(
    ({ account }) => account.type === type && isSameLogin(account.login, login),
  );
}

/** Installs the App on an account that has no installation. */
export function addInstallation(
  github: GithubAppContext,
  { account, repositories, permissions, sender, requester }: NewInstallation,
): EmulatedInstallation {
  const now = github.clock.now();
  const installation: EmulatedInstallation = {
    // Random, because a counter would reuse ids after a reset, which a client may still store.
    id: randomInt(10_000_000, 2 ** 31),
    appId: github.app.appId,
    account,
    repositories,
    permissions: { ...(permissions ?? installationPermissions(permissionsOf(github))) },
    installedBy: sender,
    createdAt: now,
    updatedAt: now,
    suspended: null,
  };
  const records = github.records.get();
  github.records.set({ ...records, installations: [...records.installations, installation] });
  notifyInstallation(github, "created", installation, { sender, requester: requester ?? null });
  return installation;
}

/** Removes an installation and revokes its tokens. */
export function removeInstallation(
  github: GithubAppContext,
  installation: EmulatedInstallation,
  sender: string,
): void {
  const records = github.records.get();
  github.records.set({
    ...records,
    installations: records.installations.filter(({ id }) => id !== installation.id),
    installationTokens: records.installationTokens.filter(
      ({ installationId }) => installationId !== installation.id,
    ),
  });
  notifyInstallation(github, "deleted", installation, { sender });
}

/** Suspends an installation: its tokens do not work, but are not revoked. */
export function suspend(
  github: GithubAppContext,
  installation: EmulatedInstallation,
  sender: string,
): void {
  const suspended = { at: github.clock.now(), by: sender };
  const changed = update(github, installation, { suspended });
  notifyInstallation(github, "suspend", changed, { sender });
}

/** Ends the suspension of an installation. */
export function unsuspend(
  github: GithubAppContext,
  installation: EmulatedInstallation,
  sender: string,
): void {
  const changed = update(github, installation, { suspended: null });
  notifyInstallation(github, "unsuspend", changed, { sender });
}

/** Replaces the permissions of an installation, as if its owner had accepted them. */
export function acceptPermissions(
  github: GithubAppContext,
  installation: EmulatedInstallation,
  permissions: Permissions,
  sender: string,
): EmulatedInstallation {
  const changed = update(github, installation, { permissions: { ...permissions } });
  notifyInstallation(github, "new_permissions_accepted", changed, { sender });
  return changed;
}

/** Replaces the repositories of an installation. */
export function chooseRepositories(
  github: GithubAppContext,
  installation: EmulatedInstallation,
  repositories: RepositorySelection,
  sender: string,
): EmulatedInstallation {
  const changed = update(github, installation, { repositories });
  notifyRepositories(github, installation, changed, sender);
  return changed;
}

/** Stores a member's request for an install; a second request of theirs replaces the first. */
export function requestInstall(
  github: GithubAppContext,
  wanted: Pick<InstallationRequest, "login" | "requester" | "repositories">,
): void {
  const { app, clock } = github;
  const id = randomInt(10_000_000, 2 ** 31);
  const request = { ...wanted, id, appId: app.appId, createdAt: clock.now() };
  const records = github.records.get();
  const others = records.requests.filter(
    ({ appId, login, requester }) =>
      appId !== app.appId || login !== wanted.login || requester !== wanted.requester,
  );
  github.records.set({ ...records, requests: [...others, request] });
}

/** Returns the requests that no owner has approved, oldest first. */
export function requestsOf({ app, records }: GithubAppContext): InstallationRequest[] {
  return records.get().requests.filter(({ appId }) => appId === app.appId);
}

/** Approves a request: installs the App, with a webhook that names the requester. */
export function approveRequest(
  github: GithubAppContext,
  { id, login, requester, repositories }: InstallationRequest,
  sender: string,
): EmulatedInstallation {
  const records = github.records.get();
  const requests = records.requests.filter((request) => request.id !== id);
  github.records.set({ ...records, requests });

  const account = { type: "Organization", login } as const;
  const existing = findInstallationOnAccount(github, account);
  return existing ?? addInstallation(github, { account, repositories, sender, requester });
}

function update(
  github: GithubAppContext,
  { id }: EmulatedInstallation,
  changes: Partial<EmulatedInstallation>,
): EmulatedInstallation {
  const records = github.records.get();
  const updatedAt = github.clock.now();
  const installations = records.installations.map((installation) =>
    installation.id === id ? { ...installation, ...changes, updatedAt } : installation,
  );
  github.records.set({ ...records, installations });
  const updated = installations.find((installation) => installation.id === id);
  if (!updated) throw new Error(`There is no installation ${id}.`);
  return updated;
}
