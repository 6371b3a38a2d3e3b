import type { ConsumedStates } from "../../../core/ports/consumed-states.ts";

/** Keeps used states and install links in one process. */
export function createMemoryConsumedStates(): ConsumedStates {
  const consumed = new Set<string>();

  return {
    async consume(uses) {
      const unused = uses.every(({ id }) => !consumed.has(id));
      for (const { id } of uses) consumed.add(id);
      return unused;
    },
  };
}
