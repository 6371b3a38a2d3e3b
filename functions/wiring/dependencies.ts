import type { CallbackDeps } from "../../core/install/callback.ts";
import type { FlowStartDeps } from "../../core/install/flow.ts";
import type { CreateDeps } from "../../core/installations/create.ts";
import type { DeleteDeps } from "../../core/installations/delete.ts";
import type { ReconcileDeps } from "../../core/installations/reconcile.ts";
import type { HealthCheckDeps } from "../../core/operations/health-check.ts";
import type { ImportDeps } from "../../core/operations/import.ts";
import type { KeyRotationDeps } from "../../core/operations/rotate-keys.ts";
import type { SweepDeps } from "../../core/operations/sweep.ts";
import type {
  InstallationReader,
  InstallationRepository,
} from "../../core/ports/installation-repository.ts";
import type { InstallationTransfer } from "../../core/ports/installation-transfer.ts";
import type { OAuthProvider } from "../../core/ports/provider.ts";
import { createPostgresConsumedStates } from "../../core/postgres/consumed-states.ts";
import { createPostgresExpiry } from "../../core/postgres/expiry.ts";
import {
  createPostgresInstallationReader,
  createPostgresInstallationRepository,
} from "../../core/postgres/installation-repository.ts";
import { createPostgresInstallationTransfer } from "../../core/postgres/installation-transfer.ts";
import { createPostgresPendingInstallations } from "../../core/postgres/pending-installations.ts";
import { createPostgresRefreshLeases } from "../../core/postgres/refresh-leases.ts";
import { createPostgresSealedRows } from "../../core/postgres/sealed-rows.ts";
import { createPostgresTokenStore } from "../../core/postgres/token-store.ts";
import type { RotatingSecret } from "../../core/providers/rotating-secret.ts";
import { createSealer, type Sealer } from "../../core/sealing/sealer.ts";
import type { TokenLookupDeps } from "../../core/tokens/lookup.ts";
import { createNarrow } from "../../core/tokens/narrow.ts";
import { createRefresh } from "../../core/tokens/refresh.ts";
import { readFlowConfig, readStateKeyringArn, readTokenKeyringArn } from "../environment/config.ts";
import { createInstallationEvents } from "../environment/installation-events.ts";
import { createKeyRingStore } from "../environment/keyring-store.ts";
import { createKeyRingLoader } from "../environment/keyrings.ts";
import { countRefresh } from "../environment/metrics.ts";
import { createSecretReader } from "../environment/secrets.ts";
import { openDatabase } from "./database.ts";
import { createProviders, createWebhookSigningSecret } from "./providers.ts";

const secrets = once(createSecretReader);
const providers = once(() => createProviders(secrets()));
const stateKeyRing = once(() => createKeyRingLoader(secrets(), readStateKeyringArn()));
const tokenKeyRing = once(() => createKeyRingLoader(secrets(), readTokenKeyringArn()));
const database = once(() => openDatabase(secrets()));
const events = once(createInstallationEvents);

/** For `authorize` and the install page, which need no database and no secret but the state ring. */
export async function authorizeDeps(): Promise<FlowStartDeps> {
  await warmUp(stateKeyRing());
  return { ...readFlowConfig(), stateSealer: createSealer(stateKeyRing()), providers: providers() };
}

/** For the callback. */
export async function installDeps(): Promise<CallbackDeps> {
  await warmUp(stateKeyRing(), tokenKeyRing(), connected);
  return {
    ...(await authorizeDeps()),
    consumedStates: createPostgresConsumedStates(await database()),
    pending: createPostgresPendingInstallations(await database(), createSealer(tokenKeyRing())),
    installations: await repository(),
    events: events(),
  };
}

/** For reading installations without the tokens' ring. */
export async function readerDeps(): Promise<{
  installations: InstallationReader;
  stateSealer: Sealer;
}> {
  await warmUp(stateKeyRing(), connected);
  return {
    installations: createPostgresInstallationReader(await database()),
    stateSealer: createSealer(stateKeyRing()),
  };
}

/** For updating installations. */
export async function repositoryDeps(): Promise<{
  installations: InstallationRepository;
  providers: readonly OAuthProvider[];
}> {
  await warmUp(tokenKeyRing(), connected);
  return { installations: await repository(), providers: providers() };
}

/** For creating installations. */
export async function createDeps(): Promise<CreateDeps> {
  return { ...(await repositoryDeps()), events: events() };
}

/** For answering webhook secrets. */
export async function webhookSecretDeps(): Promise<Pick<TokenLookupDeps, "tokens">> {
  await warmUp(tokenKeyRing(), connected);
  return { tokens: createPostgresTokenStore(await database(), createSealer(tokenKeyRing())) };
}

/** For answering access tokens. */
export async function tokenLookupDeps(): Promise<TokenLookupDeps> {
  await warmUp(tokenKeyRing(), connected);
  const sealer = createSealer(tokenKeyRing());
  const tokens = createPostgresTokenStore(await database(), sealer);
  const leases = createPostgresRefreshLeases(await database(), sealer);
  return {
    tokens,
    providers: providers(),
    refresh: createRefresh({ tokens, leases, events: events(), onAttempt: countRefresh }),
    narrow: createNarrow(),
    events: events(),
  };
}

/** For deleting installations, which ends their access at the platform first. */
export async function deleteDeps(): Promise<DeleteDeps> {
  const { tokens } = await tokenLookupDeps();
  return { ...(await createDeps()), tokens };
}

/** For the webhooks of a platform, with the secret that it signs them with. */
export async function webhookDeps(
  platform: "github" | "slack",
): Promise<ReconcileDeps & { secret: RotatingSecret }> {
  const { tokens } = await tokenLookupDeps();
  return {
    tokens,
    providers: providers(),
    events: events(),
    secret: createWebhookSigningSecret(secrets(), platform),
  };
}

/** For the sweep. */
export async function sweepDeps(): Promise<SweepDeps> {
  await warmUp(tokenKeyRing(), connected);
  const { tokens, refresh } = await tokenLookupDeps();
  return {
    tokens,
    refresh,
    providers: providers(),
    expiry: createPostgresExpiry(await database()),
  };
}

/** For the health check. */
export async function healthCheckDeps(): Promise<HealthCheckDeps> {
  await warmUp(tokenKeyRing(), connected);
  const { tokens, refresh } = await tokenLookupDeps();
  return {
    tokens,
    refresh,
    providers: providers(),
    events: events(),
    installations: createPostgresInstallationReader(await database()),
  };
}

/** For rotating keys. The rings are read and replaced where they are kept, past all that is in memory. */
export async function keyRotationDeps(): Promise<Record<"token" | "state", KeyRotationDeps>> {
  await warmUp(connected);
  const rows = createPostgresSealedRows(await database());
  return {
    token: { ring: createKeyRingStore(readTokenKeyringArn()), rows },
    state: { ring: createKeyRingStore(readStateKeyringArn()), rows: undefined },
  };
}

/** For moving installations out. */
export async function exportDeps(): Promise<{ transfer: InstallationTransfer }> {
  await warmUp(tokenKeyRing(), connected);
  const sealer = createSealer(tokenKeyRing());
  return { transfer: createPostgresInstallationTransfer(await database(), sealer) };
}

/** For moving installations in. */
export async function importDeps(): Promise<ImportDeps> {
  return { ...(await exportDeps()), providers: providers() };
}

async function repository(): Promise<InstallationRepository> {
  return createPostgresInstallationRepository(await database(), createSealer(tokenKeyRing()));
}

async function connected(): Promise<void> {
  await (await database()).run((sql) => sql`select 1`);
}

/**
 * Fetches secrets and connects while the function starts, side by side, where Lambda gives it full CPU.
 * Failures are left to the first request: an outage must not fail the start.
 */
async function warmUp(
  ...steps: ((options: { reload: boolean }) => Promise<unknown>)[]
): Promise<void> {
  await Promise.allSettled(steps.map((step) => step({ reload: false })));
}

/**
 * One instance for each execution environment, made when it is first needed.
 *
 * @__NO_SIDE_EFFECTS__ lets the bundler drop those that a function does not need.
 */
function once<Instance>(make: () => Instance): () => Instance {
  let made: { instance: Instance } | undefined;
  return () => {
    made ??= { instance: make() };
    return made.instance;
  };
}
