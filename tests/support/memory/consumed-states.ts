import type { ConsumedStates } from "../../../core/ports/consumed-states.ts";

/** Stores consumed states in memory, with the dates on which they expire. */
export function createMemoryConsumedStates(consumed = new Map<string, Date>()): ConsumedStates {
  return {
    async consume({ id, expiresAt }) {
      const isUnused = !consumed.has(id);
      consumed.set(id, expiresAt);
      return isUnused;
    },
  };
}
