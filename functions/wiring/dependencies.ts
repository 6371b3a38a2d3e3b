import type { CallbackDeps } from "../../core/install/callback.ts";
import type { ChooseOrganizationDeps } from "../../core/install/choose-organization.ts";
import type { FlowStartDeps } from "../../core/install/flow.ts";
import type { CreateLinkDeps, LinkPageDeps } from "../../core/install/install-link.ts";
import type { LinkListDeps, LinksDeps } from "../../core/install/links.ts";
import type { CreateDeps } from "../../core/installations/create.ts";
import type { DeleteDeps } from "../../core/installations/delete.ts";
import type { ListDeps } from "../../core/installations/read.ts";
import type { RegisterWebhooksDeps } from "../../core/installations/register-webhooks.ts";
import type { UpdateDeps } from "../../core/installations/update.ts";
import type { HealthCheckDeps } from "../../core/operations/health-check.ts";
import type { ImportDeps } from "../../core/operations/import.ts";
import type { KeyRotationDeps } from "../../core/operations/rotate-keys.ts";
import type { InstallationTransfer } from "../../core/ports/installation-transfer.ts";
import { createPostgresConsumedStates } from "../../core/postgres/consumed-states.ts";
import { createPostgresInstallLinks } from "../../core/postgres/install-links.ts";
import {
  createPostgresInstallationReader,
  createPostgresInstallationRepository,
} from "../../core/postgres/installation-repository.ts";
import { createPostgresInstallationTransfer } from "../../core/postgres/installation-transfer.ts";
import { createPostgresPendingEvents } from "../../core/postgres/pending-events.ts";
import { createPostgresPendingInstallations } from "../../core/postgres/pending-installations.ts";
import { createPostgresRefreshLeases } from "../../core/postgres/refresh-leases.ts";
import { createPostgresSealedRows } from "../../core/postgres/sealed-rows.ts";
import { createPostgresTokenStore } from "../../core/postgres/token-store.ts";
import { createPostgresWaitingRequests } from "../../core/postgres/waiting-requests.ts";
import { createPostgresWebhookRegistrations } from "../../core/postgres/webhook-registrations.ts";
import { createSealer } from "../../core/sealing/sealer.ts";
import { createRefresh } from "../../core/tokens/refresh.ts";
import {
  readConfiguration,
  readPublicUrl,
  readStateKeyringArn,
  readTokenKeyringArn,
} from "../environment/config.ts";
import { createInstallationEvents } from "../environment/installation-events.ts";
import { createKeyRingStore } from "../environment/keyring-store.ts";
import { createKeyRingLoader } from "../environment/keyrings.ts";
import { count, countRefresh } from "../environment/metrics.ts";
import { createSecretReader } from "../environment/secrets.ts";
import { createViews, type ViewOf } from "../http/pages/view.ts";
import { openDatabase } from "./database.ts";
import { createProviders } from "./providers.ts";
import { warmUp } from "./warm-up.ts";

export const secrets = once(createSecretReader);
export const configuration = once(readConfiguration);
export const providers = once(() => createProviders(secrets(), configuration()));

export const stateKeyRing = once(() => createKeyRingLoader(secrets(), readStateKeyringArn()));
export const tokenKeyRing = once(() => createKeyRingLoader(secrets(), readTokenKeyringArn()));
export const stateSealer = once(() => createSealer(stateKeyRing()));
const tokenSealer = once(() => createSealer(tokenKeyRing()));

const retention = once(() => ({ retentionDays: configuration().retentionDays }));
const redirectUris = once(() => new Set(configuration().redirectUris));
export const flowStart = once(() => ({
  publicUrl: readPublicUrl(),
  redirectUris: redirectUris(),
  stateSealer: stateSealer(),
  providers: providers(),
}));

export const database = once(() => openDatabase(secrets()));
export const pendingEvents = once(async () => createPostgresPendingEvents(await database()));
export const events = once(() => createInstallationEvents(pendingEvents));
const searched = once(() => ({ customerKey: configuration().customerKey }));
export const reader = once(async () =>
  createPostgresInstallationReader(await database(), searched()),
);
export const repository = once(async () =>
  createPostgresInstallationRepository(await database(), tokenSealer(), searched()),
);
export const links = once(async () => createPostgresInstallLinks(await database(), stateSealer()));
export const requests = once(async () =>
  createPostgresWaitingRequests(await database(), stateSealer()),
);
const pending = once(async () =>
  createPostgresPendingInstallations(await database(), tokenSealer()),
);
const transfer = once(async () =>
  createPostgresInstallationTransfer(await database(), tokenSealer(), {
    ...retention(),
    ...searched(),
  }),
);
export const tokens = once(async () =>
  createPostgresTokenStore(await database(), tokenSealer(), retention()),
);
const registrations = once(async () => createPostgresWebhookRegistrations(await database()));
export const leases = once(async () =>
  createPostgresRefreshLeases(await database(), tokenSealer(), retention()),
);
export const refresh = once(async () =>
  createRefresh({
    tokens: await tokens(),
    leases: await leases(),
    events: events(),
    onAttempt: countRefresh,
  }),
);

/** For registering webhooks where each organization has its own. */
export async function registerDeps(): Promise<RegisterWebhooksDeps> {
  return {
    registrations: await registrations(),
    publicUrl: readPublicUrl(),
    onWebhooksFailed: (code) => count("WebhookRegistrationFailures", { code }),
  };
}

/** For the pages, in the brand and the languages of the configuration. */
export function pageViews(): ViewOf {
  return createViews(configuration());
}

/** For the start of a flow, which needs no database and no secret but the state key ring. */
export async function flowStartDeps(): Promise<FlowStartDeps> {
  await warmUp(stateKeyRing());
  return flowStart();
}

/** For the pages of installs. It connects only for the page of a link. */
export async function installPageDeps(): Promise<FlowStartDeps & LinkPageDeps> {
  return { ...(await flowStartDeps()), links: await links() };
}

/** For creating install links. */
export async function createLinkDeps(): Promise<CreateLinkDeps> {
  const [deps] = await Promise.all([flowStartDeps(), warmUp(connected)]);
  return { ...deps, links: await links(), installations: await reader() };
}

/** For reading and ending one install link. */
export async function linksDeps(): Promise<LinksDeps> {
  await warmUp(stateKeyRing(), connected);
  return { links: await links() };
}

/** For listing install links, and for finding the link of a URL. */
export async function linkListDeps(): Promise<LinkListDeps> {
  return { ...(await linksDeps()), stateSealer: stateSealer(), publicUrl: readPublicUrl() };
}

/** For the callback. */
export async function callbackDeps(): Promise<CallbackDeps> {
  await warmUp(stateKeyRing(), tokenKeyRing(), connected);
  return {
    ...flowStart(),
    links: await links(),
    consumedStates: createPostgresConsumedStates(await database()),
    pending: await pending(),
    requests: await requests(),
    installations: await repository(),
    events: events(),
    webhooks: await registerDeps(),
    bindingKeys: configuration().bindingKeys,
    ownership: configuration().platforms.github.ownership,
  };
}

/** For the choice of a site, if a grant covers several. */
export async function chooseOrganizationDeps(): Promise<ChooseOrganizationDeps> {
  await warmUp(stateKeyRing(), tokenKeyRing(), connected);
  return {
    redirectUris: redirectUris(),
    stateSealer: stateSealer(),
    providers: providers(),
    pending: await pending(),
    installations: await repository(),
    events: events(),
    webhooks: await registerDeps(),
    bindingKeys: configuration().bindingKeys,
  };
}

/** For reading installations, without access to the token key ring. */
export async function readDeps(): Promise<ListDeps> {
  await warmUp(stateKeyRing(), connected);
  return { installations: await reader(), stateSealer: stateSealer() };
}

/** For creating installations. */
export async function createDeps(): Promise<CreateDeps> {
  await warmUp(tokenKeyRing(), connected);
  return { installations: await repository(), providers: providers(), events: events() };
}

/** For updating installations. */
export async function updateDeps(): Promise<UpdateDeps> {
  await warmUp(tokenKeyRing(), connected);
  return { installations: await repository() };
}

/** For deleting installations, after their access at the platform is revoked. */
export async function deleteDeps(): Promise<DeleteDeps> {
  await warmUp(tokenKeyRing(), connected);
  return {
    installations: await repository(),
    tokens: await tokens(),
    providers: providers(),
    registrations: await registrations(),
    events: events(),
  };
}

/** For the health check. */
export async function healthCheckDeps(): Promise<HealthCheckDeps> {
  await warmUp(tokenKeyRing(), connected);
  return {
    tokens: await tokens(),
    providers: providers(),
    refresh: await refresh(),
    installations: await reader(),
    events: events(),
  };
}

/** For rotating keys. Their store reads and writes the secrets themselves, without the cache. */
export async function keyRotationDeps(): Promise<Record<"token" | "state", KeyRotationDeps>> {
  await warmUp(connected);
  const rows = createPostgresSealedRows(await database());
  return {
    token: { ring: createKeyRingStore(readTokenKeyringArn()), rows },
    state: { ring: createKeyRingStore(readStateKeyringArn()), rows: undefined },
  };
}

/** For exporting installations. */
export async function exportDeps(): Promise<{ transfer: InstallationTransfer }> {
  await warmUp(tokenKeyRing(), connected);
  return { transfer: await transfer() };
}

/** For importing installations. */
export async function importDeps(): Promise<ImportDeps> {
  await warmUp(tokenKeyRing(), connected);
  return { transfer: await transfer(), providers: providers() };
}

export async function connected(): Promise<void> {
  await (await database()).run((sql) => sql`select 1`);
}

/**
 * Creates one instance per execution environment, when it is first needed.
 *
 * @__NO_SIDE_EFFECTS__ lets the bundler drop those that a function does not use.
 */
function once<Instance>(create: () => Instance): () => Instance {
  let created: { instance: Instance } | undefined;
  return () => {
    created ??= { instance: create() };
    return created.instance;
  };
}
