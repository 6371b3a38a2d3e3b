import type { WebhookEvent } from "./webhook-event.ts";

/** The result of the function that handles interactions. */
export type InteractionResult =
  | { readonly type: "answer"; readonly body: unknown }
  /** It failed, or did not end in time. */
  | { readonly type: "no_answer" }
  /** It has certainly not got the interaction. */
  | { readonly type: "not_invoked" };

/** The port of the function of a bot that handles interactions. */
export interface InteractionHandler {
  /** Invokes the function and waits for its result for so long. Never throws. */
  handle(event: WebhookEvent, options: { readonly timeoutMs: number }): Promise<InteractionResult>;
}
