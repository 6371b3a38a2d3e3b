import { randomInt } from "node:crypto";
import type { GithubAppContext } from "./context.ts";
import { isSameLogin } from "./directory.ts";
import { installationPermissions, type Permissions } from "./permissions.ts";
import type {
  AccountReference,
  Installation,
  InstallationRequest,
  RepositorySelection,
} from "./records.ts";
import { notifyInstallation, notifyRepositories } from "./webhook-events.ts";

/** What an account grants by an install. */
interface Install {
  readonly account: AccountReference;
  readonly repositories: RepositorySelection;
  readonly permissions?: Permissions | undefined;
  readonly sender: string;
  /** Who had asked the owner for it. */
  readonly requester?: string;
}

/** All installations of the App, oldest first. */
export function installationsOf({ app, records }: GithubAppContext): Installation[] {
  return records.get().installations.filter(({ appId }) => appId === app.appId);
}

/** The installation of a number. */
export function findInstallation(github: GithubAppContext, id: number): Installation | undefined {
  return installationsOf(github).find((installation) => installation.id === id);
}

/** The installation on an account, of which there is at most one. */
export function findInstallationOn(
  github: GithubAppContext,
  { type, login }: AccountReference,
): Installation | undefined {
  return installationsOf(github).find(
    ({ account }) => account.type === type && isSameLogin(account.login, login),
  );
}

/** Installs the App on an account, which has no installation yet. */
export function install(
  github: GithubAppContext,
  { account, repositories, permissions, sender, requester }: Install,
): Installation {
  const now = github.clock.now();
  const installation: Installation = {
    // Not counted up: after a reset, a database that was kept must not take one for another.
    id: randomInt(10_000_000, 2 ** 31),
    appId: github.app.appId,
    account,
    repositories,
    permissions: { ...(permissions ?? installationPermissions(github.app.permissions)) },
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

/** Removes an installation and ends its tokens. */
export function uninstall(
  github: GithubAppContext,
  installation: Installation,
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

/** Suspends an installation: its tokens stop, but do not end. */
export function suspend(
  github: GithubAppContext,
  installation: Installation,
  sender: string,
): void {
  const suspended = { at: github.clock.now(), by: sender };
  const changed = change(github, installation, { suspended });
  notifyInstallation(github, "suspend", changed, { sender });
}

/** Lets a suspended installation go on. */
export function unsuspend(
  github: GithubAppContext,
  installation: Installation,
  sender: string,
): void {
  const changed = change(github, installation, { suspended: null });
  notifyInstallation(github, "unsuspend", changed, { sender });
}

/** Gives an installation other permissions, which its owner has accepted. */
export function acceptPermissions(
  github: GithubAppContext,
  installation: Installation,
  permissions: Permissions,
  sender: string,
): Installation {
  const changed = change(github, installation, { permissions: { ...permissions } });
  notifyInstallation(github, "new_permissions_accepted", changed, { sender });
  return changed;
}

/** Gives an installation other repositories. */
export function chooseRepositories(
  github: GithubAppContext,
  installation: Installation,
  repositories: RepositorySelection,
  sender: string,
): Installation {
  const changed = change(github, installation, { repositories });
  notifyRepositories(github, installation, changed, sender);
  return changed;
}

/** Notes that a member wants the App on an organization; a second wish of theirs replaces the first. */
export function requestInstall(
  github: GithubAppContext,
  wish: Pick<InstallationRequest, "login" | "requester" | "repositories">,
): void {
  const { app, clock } = github;
  const id = randomInt(10_000_000, 2 ** 31);
  const request = { ...wish, id, appId: app.appId, createdAt: clock.now() };
  const records = github.records.get();
  const others = records.requests.filter(
    ({ appId, login, requester }) =>
      appId !== app.appId || login !== wish.login || requester !== wish.requester,
  );
  github.records.set({ ...records, requests: [...others, request] });
}

/** The wishes that no owner has granted yet, oldest first. */
export function requestsOf({ app, records }: GithubAppContext): InstallationRequest[] {
  return records.get().requests.filter(({ appId }) => appId === app.appId);
}

/** Grants a wish: the App is installed, and learns who had asked. */
export function approve(
  github: GithubAppContext,
  { id, login, requester, repositories }: InstallationRequest,
  sender: string,
): Installation {
  const records = github.records.get();
  const requests = records.requests.filter((request) => request.id !== id);
  github.records.set({ ...records, requests });

  const account = { type: "Organization", login } as const;
  const present = findInstallationOn(github, account);
  return present ?? install(github, { account, repositories, sender, requester });
}

function change(
  github: GithubAppContext,
  { id }: Installation,
  changes: Partial<Installation>,
): Installation {
  const records = github.records.get();
  const updatedAt = github.clock.now();
  const installations = records.installations.map((installation) =>
    installation.id === id ? { ...installation, ...changes, updatedAt } : installation,
  );
  github.records.set({ ...records, installations });
  const changed = installations.find((installation) => installation.id === id);
  if (!changed) throw new Error(`There is no installation ${id}.`);
  return changed;
}
