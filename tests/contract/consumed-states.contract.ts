import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import type { ConsumedStates, SingleUse } from "../../core/ports/consumed-states.ts";

function newUse(): SingleUse {
  return { id: randomBytes(16).toString("hex"), expiresAt: new Date(Date.now() + 600_000) };
}

/** The promises of `ConsumedStates`, for every adapter to keep. */
export function testConsumedStates(createConsumedStates: () => Promise<ConsumedStates>): void {
  test("lets a state be used once", async () => {
    const consumedStates = await createConsumedStates();
    const state = newUse();

    expect(await consumedStates.consume([state])).toBe(true);
    expect(await consumedStates.consume([state])).toBe(false);
    expect(await consumedStates.consume([newUse()])).toBe(true);
  });

  test("has exactly one winner of a hundred at once", async () => {
    const consumedStates = await createConsumedStates();
    const state = newUse();

    const results = await Promise.all(
      Array.from({ length: 100 }, () => consumedStates.consume([state])),
    );

    expect(results.filter((won) => won)).toHaveLength(1);
  });

  test("a link is used up with the state: another state cannot use it again", async () => {
    const consumedStates = await createConsumedStates();
    const link = newUse();

    expect(await consumedStates.consume([newUse(), link])).toBe(true);
    expect(await consumedStates.consume([newUse(), link])).toBe(false);
  });

  test("a state that lost its link to another is used up too", async () => {
    const consumedStates = await createConsumedStates();
    const [state, link] = [newUse(), newUse()];
    await consumedStates.consume([link]);

    expect(await consumedStates.consume([state, link])).toBe(false);
    expect(await consumedStates.consume([state])).toBe(false);
  });

  test("of many flows of one link at once, one wins", async () => {
    const consumedStates = await createConsumedStates();
    const link = newUse();

    const results = await Promise.all(
      Array.from({ length: 50 }, () => consumedStates.consume([newUse(), link])),
    );

    expect(results.filter((won) => won)).toHaveLength(1);
  });
}
