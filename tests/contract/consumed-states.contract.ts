import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import type { ConsumedStates, SingleUse } from "../../core/ports/consumed-states.ts";

function newUse(): SingleUse {
  return { id: randomBytes(16).toString("hex"), expiresAt: new Date(Date.now() + 600_000) };
}

/** The promises of `ConsumedStates`, for every adapter to keep. */
export function testConsumedStates(createConsumedStates: () => Promise<ConsumedStates>): void {
  test("consumes a state once", async () => {
    const consumedStates = await createConsumedStates();
    const state = newUse();

    expect(await consumedStates.consume(state)).toBe(true);
    expect(await consumedStates.consume(state)).toBe(false);
    expect(await consumedStates.consume(newUse())).toBe(true);
  });

  test("returns true to exactly one of a hundred concurrent callers", async () => {
    const consumedStates = await createConsumedStates();
    const state = newUse();

    const results = await Promise.all(
      Array.from({ length: 100 }, () => consumedStates.consume(state)),
    );

    expect(results.filter((won) => won)).toHaveLength(1);
  });
}
