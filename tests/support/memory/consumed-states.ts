import type { ConsumedStates } from "../../../core/ports/consumed-states.ts";

/** Stores consumed states and install links in memory, with the dates on which they expire. */
export function createMemoryConsumedStates(consumed = new Map<string, Date>()): ConsumedStates {
  return {
    async consume(uses) {
      const unused = uses.every(({ id }) => !consumed.has(id));
      for (const { id, expiresAt } of uses) consumed.set(id, expiresAt);
      return unused;
    },
  };
}
