import { storeGrant } from "../../core/install/store-grant.ts";
import type { InstallationUpdate } from "../../core/installation.ts";
import { deleteInstallation } from "../../core/installations/delete.ts";
import { reconcile } from "../../core/installations/reconcile.ts";
import { updateInstallation } from "../../core/installations/update.ts";
import { checkHealth } from "../../core/operations/health-check.ts";
import { sweep } from "../../core/operations/sweep.ts";
import { tick } from "../../core/operations/tick.ts";
import { createMemoryInstallationCounts } from "../support/memory/installation-counts.ts";
import { findRow } from "../support/memory/tables.ts";
import { act, exchange } from "./at-platform.ts";
import { attempt } from "./attempt.ts";
import type { Context, Invocation } from "./invocation.ts";
import type { World } from "./world.ts";

const API_SECONDS = 20;
const JOB_SECONDS = 300;
/** GitHub waits ten seconds for the response to a webhook. */
const WEBHOOK_WAIT_MS = 8_000;

/**
 * Completes an install, as a callback does: the platform issues tokens, which are stored then. The checks of the
 * state before that concern no installation.
 */
export function install(organizationId: string): Invocation {
  return invocationOf(`callback of ${organizationId}`, API_SECONDS, async (context) => {
    const grant = await exchange(context, organizationId);
    const signal = new AbortController().signal;
    await storeGrant(context, context.provider, { metadata: {}, link: null }, grant, signal);
  });
}

/** Changes an installation. */
export function patch(
  organizationId: string,
  toChange: (world: World) => InstallationUpdate,
): Invocation {
  return invocationOf(`PATCH of ${organizationId}`, API_SECONDS, async (context) => {
    const change = await act(context, "prepare the PATCH", toChange);
    await updateInstallation(context, idOf(context.world, organizationId), change);
  });
}

/** Disables an installation, as an operator does. */
export function disable(organizationId: string): Invocation {
  return patch(organizationId, () => ({ isActive: false }));
}

/** Enables an installation again, with the tokens that it has. */
export function enable(organizationId: string): Invocation {
  return patch(organizationId, () => ({ isActive: true }));
}

/** Deletes an installation, and revokes it at its platform. */
export function remove(organizationId: string): Invocation {
  return invocationOf(`DELETE of ${organizationId}`, API_SECONDS, async (context) => {
    const id = idOf(context.world, organizationId);
    await deleteInstallation(context, { id, revoke: true });
  });
}

interface WebhookOptions {
  /** The id that a GitHub App's webhook names an installation by. */
  readonly installationId?: string;
  readonly mayChangeToken?: boolean;
}

/** Receives a webhook about an installation. It is not delivered again if it fails. */
export function webhook(
  organizationId: string,
  { installationId, mayChangeToken = false }: WebhookOptions = {},
): Invocation {
  return invocationOf(`webhook of ${organizationId}`, API_SECONDS, async (context) => {
    const { world, timing } = context;
    const { platform } = context.provider;
    const startStep = world.scheduler.stepCount();
    const giveUpAt = timing.now() + WEBHOOK_WAIT_MS;
    const key =
      installationId === undefined
        ? { platform, organizationId }
        : { platform, providerInstallationId: installationId };
    const options = { remainingMs: () => giveUpAt - timing.now(), mayChangeToken };
    world.observer.openWebhooks += 1;
    const result = await reconcile(context, key, options);
    world.observer.openWebhooks -= 1;
    const isStored = result?.isChanged || result?.before !== null || mayChangeToken;
    if (isStored) world.observer.noteHandled(organizationId, startStep);
  });
}

export const runSweep = invocationOf("sweep", JOB_SECONDS, (context) => {
  const counts = createMemoryInstallationCounts(context.world.tables);
  return sweep({ ...context, counts }, context);
});

export const runTick = invocationOf("tick", JOB_SECONDS, (context) => tick(context, context));

/** Checks all installations, and stores what the platform says. */
export const runHealthCheck = invocationOf("health check", JOB_SECONDS, (context) => {
  const { remainingMs } = context;
  return checkHealth(context, { dryRun: false, before: undefined, limit: 10, remainingMs });
});

/** Returns the id of an organization's installation, or one of none. */
export function idOf({ tables, model }: World, organizationId: string): string {
  const { platform } = model.provider;
  return findRow(tables, { platform, organizationId })?.id ?? "inst-none";
}

function invocationOf(
  name: string,
  timeoutSeconds: number,
  call: (context: Context) => Promise<unknown>,
): Invocation {
  return {
    name,
    timeoutSeconds,
    async run(context) {
      await attempt(() => call(context));
    },
  };
}
