import type { ApprovalDeps } from "../install/approval.ts";
import { finishWaiting } from "../install/wait-for-approval.ts";
import { type ReconcileDeps, reconcile } from "../installations/reconcile.ts";
import { type StoreUnclaimedDeps, storeUnclaimed } from "../installations/store-unclaimed.ts";
import type { Deliveries } from "../ports/deliveries.ts";
import { addToTrace } from "../request-trace.ts";

export interface ReconcileDeliveryDeps extends ReconcileDeps, StoreUnclaimedDeps {
  readonly deliveries: Pick<Deliveries, "findLifecycle">;
  readonly approval: ApprovalDeps;
}

/**
 * Reconciles the installations that a delivery is about. Stores one that was created at the platform as
 * unclaimed, and finishes what waits for it. Returns whether there is such a delivery.
 *
 * Whoever may put events on the bus can name a delivery. Only what was stored when its signature was verified is
 * believed, and the platform is asked for the present state.
 *
 * @throws {ServiceError} the errors of `reconcile`, `storeUnclaimed` and `finishWaiting`
 */
export async function reconcileDelivery(
  deps: ReconcileDeliveryDeps,
  deliveryId: string,
  { remainingMs }: { readonly remainingMs: () => number },
): Promise<boolean> {
  const lifecycle = await deps.deliveries.findLifecycle(deliveryId);
  if (!lifecycle) return false;
  addToTrace({ deliveryId });
  const { installations, mayChangeToken, created } = lifecycle;
  let isKnown = false;
  for (const key of installations) {
    const reconciled = await reconcile(deps, key, { remainingMs, mayChangeToken });
    if (!reconciled) continue;
    isKnown = true;
    addToTrace({ platform: key.platform, installationId: reconciled.installationId });
  }
  if (created && !isKnown) await storeUnclaimed(deps, created);
  if (created) await finishWaiting(deps.approval, created);
  return true;
}
