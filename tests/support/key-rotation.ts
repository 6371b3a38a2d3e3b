import * as v from "valibot";
import { expect } from "vitest";
import { KeyChange, KeyRingStatus, Resealed } from "../../functions/invoke/responses.ts";
import { invoke, type TestStack } from "./stack.ts";

/** How long a ring must remain unchanged before the next step, in seconds. */
export const SETTLED_SECONDS = 90 * 60;

type Ring = "token" | "state";

/** Returns the steps of a key rotation on a stack. Each takes effect unless the request says `dry_run`. */
export function createOperator(stack: TestStack) {
  const rotate = (request: object) =>
    invoke(stack, "rotate-keys", { ring: "token", dry_run: false, ...request });

  async function answerOf(request: object): Promise<unknown> {
    const result = await rotate(request);
    if (!result.ok) throw new Error(`${result.error}: ${result.message}`);
    return result.answer;
  }

  return {
    rotate,
    status: async (ring: Ring = "token") => v.parse(KeyRingStatus, await invokeStatus(stack, ring)),
    add: async (ring: Ring = "token") =>
      v.parse(KeyChange, await answerOf({ step: "add", ring })).key_id,
    promote: (key_id: string, ring: Ring = "token") => answerOf({ step: "promote", ring, key_id }),
    remove: (key_id: string, ring: Ring = "token") => answerOf({ step: "remove", ring, key_id }),
    reseal: async (request: object = {}) =>
      v.parse(Resealed, await answerOf({ step: "reseal", ...request })),
    /** Re-encrypts everything, until a pass finds nothing. */
    async resealAll() {
      for (;;) {
        const { resealed, changed } = v.parse(Resealed, await answerOf({ step: "reseal" }));
        if (resealed + changed === 0) return;
      }
    },
    /** Returns the error code of a rejected step. */
    async refusalOf(request: object): Promise<string> {
      const result = await rotate(request);
      expect(result.ok).toBe(false);
      return result.ok ? "" : result.error;
    },
  };
}

async function invokeStatus(stack: TestStack, ring: Ring): Promise<unknown> {
  const result = await invoke(stack, "rotate-keys", { step: "status", ring });
  if (!result.ok) throw new Error(result.message);
  return result.answer;
}
