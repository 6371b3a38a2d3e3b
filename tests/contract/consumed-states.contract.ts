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

    expect(await consumedStates.consume([state])).toBe(true);
    expect(await consumedStates.consume([state])).toBe(false);
    expect(await consumedStates.consume([newUse()])).toBe(true);
  });

  test("returns true to exactly one of a hundred concurrent callers", async () => {
    const consumedStates = await createConsumedStates();
    const state = newUse();

    const results = await Promise.all(
      Array.from({ length: 100 }, () => consumedStates.consume([state])),
    );

    expect(results.filter((won) => won)).toHaveLength(1);
  });

  test("consumes a link with its state, so that another state cannot use it", async () => {
    const consumedStates = await createConsumedStates();
    const link = newUse();

    expect(await consumedStates.consume([newUse(), link])).toBe(true);
    expect(await consumedStates.consume([newUse(), link])).toBe(false);
  });

  test("consumes a state even if its link was already consumed", async () => {
    const consumedStates = await createConsumedStates();
    const [state, link] = [newUse(), newUse()];
    await consumedStates.consume([link]);

    expect(await consumedStates.consume([state, link])).toBe(false);
    expect(await consumedStates.consume([state])).toBe(false);
  });

  test("returns true to one of many concurrent flows of one link", async () => {
    const consumedStates = await createConsumedStates();
    const link = newUse();

    const results = await Promise.all(
      Array.from({ length: 50 }, () => consumedStates.consume([newUse(), link])),
    );

    expect(results.filter((won) => won)).toHaveLength(1);
  });
}
