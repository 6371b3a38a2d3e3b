import * as v from "valibot";
import { reconcileDelivery } from "../core/webhooks/reconcile-delivery.ts";
import { directFunction, type Invocation } from "./invoke/direct-function.ts";
import { reconcileDeps } from "./wiring/approval.ts";

/** Time that is left for Lambda's response after the last wait. */
const RESERVE_MS = 9_000;

const deps = await reconcileDeps();

const Subject = v.object({ detail: v.object({ delivery_id: v.string() }) });

/**
 * Invoked by a rule of the event bus, for deliveries that can change a grant. Reads only the id of the delivery: an
 * event with another shape, or about no delivery, has no effect.
 */
export const handler = directFunction(
  "Reconciliations",
  v.unknown(),
  async (event, context): Promise<Invocation<{ found: boolean }>> => {
    const subject = v.safeParse(Subject, event);
    const found =
      subject.success &&
      (await reconcileDelivery(deps, subject.output.detail.delivery_id, {
        remainingMs: () => context.getRemainingTimeInMillis() - RESERVE_MS,
      }));
    return { response: { found }, audit: {} };
  },
);
