import { SWEEP_STATEMENT_MS } from "../../core/deadlines.ts";
import type { SweepDeps } from "../../core/operations/sweep.ts";
import type { TickDeps } from "../../core/operations/tick.ts";
import { createPostgresDueWork } from "../../core/postgres/due-work.ts";
import { createPostgresExpiry } from "../../core/postgres/expiry.ts";
import { createPostgresInstallationCounts } from "../../core/postgres/installation-counts.ts";
import { createPostgresOutbox } from "../../core/postgres/outbox.ts";
import { createPostgresRedeliveries } from "../../core/postgres/redeliveries.ts";
import { createDeliveryBodies } from "../environment/delivery-bodies.ts";
import { createWebhookBus, logSentDelivery } from "../environment/webhook-bus.ts";
import { openDatabase } from "./database.ts";
import {
  configuration,
  connected,
  database,
  events,
  pendingEvents,
  providers,
  refresh,
  registerDeps,
  secrets,
  stateKeyRing,
  stateSealer,
  tokenKeyRing,
  tokens,
} from "./dependencies.ts";
import { warmUp } from "./warm-up.ts";

/** For the sweep. */
export async function sweepDeps(): Promise<SweepDeps> {
  await warmUp(tokenKeyRing(), connected);
  const patient = await openDatabase(secrets(), { statementTimeoutMs: SWEEP_STATEMENT_MS });
  return {
    tokens: await tokens(),
    providers: providers(),
    refresh: await refresh(),
    webhooks: await registerDeps(),
    events: events(),
    expiry: createPostgresExpiry(patient, { customerKey: configuration().customerKey }),
    counts: createPostgresInstallationCounts(patient),
  };
}

/** For the schedule `tick`. */
export async function tickDeps(): Promise<TickDeps> {
  await warmUp(tokenKeyRing(), stateKeyRing(), connected);
  return {
    tokens: await tokens(),
    providers: providers(),
    refresh: await refresh(),
    webhooks: await registerDeps(),
    dueWork: createPostgresDueWork(await database()),
    pendingEvents: await pendingEvents(),
    sender: events(),
    redeliveries: createPostgresRedeliveries(await database()),
    outbox: createPostgresOutbox(await database(), stateSealer()),
    bus: createWebhookBus(createDeliveryBodies()),
    onSent: logSentDelivery,
  };
}
