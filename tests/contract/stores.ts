import type { InstallationCreate, InstalledGrant } from "../../core/installation.ts";
import type { ConsumedStates } from "../../core/ports/consumed-states.ts";
import type { Deliveries, Outbox } from "../../core/ports/deliveries.ts";
import type { DueWorkFinder } from "../../core/ports/due-work.ts";
import type { Expiry } from "../../core/ports/expiry.ts";
import type { InstallLinks } from "../../core/ports/install-links.ts";
import type { ActivityReader } from "../../core/ports/installation-activity.ts";
import type { InstallationCounts } from "../../core/ports/installation-counts.ts";
import type { InstallationRepository } from "../../core/ports/installation-repository.ts";
import type { InstallationTransfer } from "../../core/ports/installation-transfer.ts";
import type { PendingEvents } from "../../core/ports/pending-events.ts";
import type { PendingInstallations } from "../../core/ports/pending-installations.ts";
import type { Redeliveries } from "../../core/ports/redeliveries.ts";
import type { RefreshLease, RefreshLeases } from "../../core/ports/refresh-leases.ts";
import type { TokenRejections } from "../../core/ports/token-rejections.ts";
import type { StoredSecrets, StoredToken, TokenStore } from "../../core/ports/token-store.ts";
import type { WaitingRequests } from "../../core/ports/waiting-requests.ts";
import type { WebhookRegistrations } from "../../core/ports/webhook-registrations.ts";

/** All ports over the same rows, and a way to let time pass. */
export interface Stores {
  readonly installations: InstallationRepository;
  readonly transfer: InstallationTransfer;
  readonly tokens: TokenStore;
  readonly leases: RefreshLeases;
  readonly rejections: TokenRejections;
  readonly pendingEvents: PendingEvents;
  readonly dueWork: DueWorkFinder;
  readonly expiry: Expiry;
  readonly counts: InstallationCounts;
  readonly activity: ActivityReader;
  readonly consumedStates: ConsumedStates;
  readonly pending: PendingInstallations;
  readonly links: InstallLinks;
  readonly requests: WaitingRequests;
  readonly registrations: WebhookRegistrations;
  readonly deliveries: Deliveries;
  readonly outbox: Outbox;
  readonly redeliveries: Redeliveries;
  /** Makes everything that is stored so many seconds older. */
  age(seconds: number): Promise<void>;
}

/** Creates empty stores, which keep the tokens of ended grants for seven days unless it is given. */
export type CreateStores = (options?: { retentionDays?: number }) => Promise<Stores>;

/** The time of a lease in the tests. */
export const LEASE = { seconds: 16 };

export const HOUR_SECONDS = 3_600;
export const DAY_SECONDS = 24 * HOUR_SECONDS;

/** An installation to create, with an organization of its own unless one is given. */
export function newInstallation(change: Partial<InstallationCreate> = {}): InstallationCreate {
  return {
    platform: "github",
    organizationId: crypto.randomUUID(),
    organizationName: "Test Org",
    kind: "oauth_app",
    providerInstallationId: null,
    clientId: "client-1",
    accessToken: "gho_FAKE1",
    refreshToken: "ghr_FAKE1",
    tokenExpiresAt: new Date("2030-01-01T00:00:00Z"),
    refreshTokenExpiresAt: new Date("2030-06-01T00:00:00Z"),
    scopes: ["repo", "read:org"],
    webhookSecret: "webhook-secret-1",
    installedBy: "octocat@example.com",
    installedById: "583231",
    metadata: {},
    ...change,
  };
}

/** An installation of a GitHub App to create, whose tokens are minted. */
export function newAppInstallation(change: Partial<InstallationCreate> = {}): InstallationCreate {
  return newInstallation({
    kind: "github_app",
    providerInstallationId: "12345",
    accessToken: "ghs_FAKE1",
    refreshToken: null,
    refreshTokenExpiresAt: null,
    ...change,
  });
}

/** Returns an installation to create as an install of the same organization. */
export function toInstall(input: InstallationCreate): InstalledGrant {
  const { tokenExpiresAt, refreshTokenExpiresAt, ...fields } = input;
  return {
    ...fields,
    expiresInSeconds: secondsTo(tokenExpiresAt),
    refreshTokenExpiresInSeconds: secondsTo(refreshTokenExpiresAt),
  };
}

function secondsTo(date: Date | null): number | null {
  return date && (date.getTime() - Date.now()) / 1000;
}

/** Creates stores with one installation, and returns both with its token. */
export async function plant(createStores: CreateStores, change: Partial<InstallationCreate> = {}) {
  const stores = await createStores();
  return { ...stores, ...(await plantIn(stores, newInstallation(change))) };
}

/** Creates an installation in given stores. */
export async function plantIn(
  { installations, tokens }: Pick<Stores, "installations" | "tokens">,
  input: InstallationCreate,
) {
  const { installation } = await installations.create(input);
  const { id } = installation;
  return { id, input, installation, token: await read(tokens, id) };
}

/** Returns the stored token of an installation. */
export async function read(tokens: TokenStore, id: string): Promise<StoredToken> {
  const token = await tokens.findToken({ id });
  if (!token) throw new Error("There is no such installation.");
  return token;
}

/** Returns the stored tokens of an installation, with its versions. */
export async function readSecrets(tokens: TokenStore, id: string): Promise<StoredSecrets> {
  const secrets = await tokens.findSecrets({ id });
  if (!secrets) throw new Error("There is no such installation.");
  return secrets;
}

/** Takes the lease of a token that nobody else has. */
export async function hold(leases: RefreshLeases, token: StoredToken): Promise<RefreshLease> {
  const lease = await leases.take(token, LEASE);
  if (!lease) throw new Error("Another caller has the lease.");
  return lease;
}

/** Returns all stored events, which are due after a minute. */
export async function readEvents({ pendingEvents, age }: Pick<Stores, "pendingEvents" | "age">) {
  await age(61);
  return pendingEvents.takeDue({ count: 100, retrySeconds: 0 });
}
