import type { ConsumedStates } from "../../../core/ports/consumed-states.ts";

/** Keeps used states and install links in one process, by id, with the dates at which they expire. */
export function createMemoryConsumedStates(consumed = new Map<string, Date>()): ConsumedStates {
  return {
    async consume(uses) {
      const unused = uses.every(({ id }) => !consumed.has(id));
      for (const { id, expiresAt } of uses) consumed.set(id, expiresAt);
      return unused;
    },
  };
}
