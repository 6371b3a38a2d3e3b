import type { InteractionHandler } from "../ports/interaction-handler.ts";
import type { PlatformWebhook, WebhookRequest } from "../ports/webhook.ts";
import {
  type ClaimedDelivery,
  connectedInstallation,
  finish,
  handOver,
  toEvent,
} from "./hand-over.ts";
import { claimDelivery, type IntakeDeps, readRequest, report } from "./receive-delivery.ts";

/** An interaction is handed over to the bus instead with less time left. */
const MIN_TIME_MS = 100;

export interface InteractionDeps extends IntakeDeps {
  /** `undefined` if none is configured: then interactions are handed over to the bus. */
  readonly handler: InteractionHandler | undefined;
}

/**
 * Verifies an interaction and returns the result of the function that handles it; `undefined` if there is none
 * in time. The platform does not send an interaction again, and shows an error to the person after three seconds:
 * it is acknowledged whatever the function does.
 *
 * @throws {ServiceError} the errors of `receiveDelivery`
 */
export async function receiveInteraction(
  deps: InteractionDeps,
  webhook: PlatformWebhook,
  request: WebhookRequest,
  { remainingMs }: { readonly remainingMs: () => number },
): Promise<unknown> {
  const content = await readRequest(deps, webhook, request);
  if (content.type === "check") return undefined;
  const claimed = await claimDelivery(deps, webhook.platform, content.delivery);
  if (!claimed) return undefined;

  const result = await invoke(deps, claimed, remainingMs);
  if (!result) {
    report(deps, claimed, await handOver(deps, claimed));
    return undefined;
  }
  const isAnswer = result.type === "answer";
  report(deps, claimed, isAnswer ? "answered" : "acknowledged");
  return isAnswer ? result.body : undefined;
}

/** Invokes the function; `undefined` if the interaction is not for it, or has not reached it. */
async function invoke(deps: InteractionDeps, claimed: ClaimedDelivery, remainingMs: () => number) {
  const { handler } = deps;
  if (!handler || !connectedInstallation(claimed.claim)?.isActive) return undefined;
  const event = await toEvent(deps, claimed);
  const timeoutMs = remainingMs();
  if (timeoutMs < MIN_TIME_MS) return undefined;
  const result = await handler.handle(event, { timeoutMs });
  if (result.type === "not_invoked") return undefined;
  await finish(deps, claimed.key);
  return result;
}
