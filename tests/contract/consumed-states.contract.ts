import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import type { SingleUse, StateLedger } from "../../core/ports/consumed-states.ts";

function newUse(): SingleUse {
  return { id: randomBytes(16).toString("hex"), expiresAt: new Date(Date.now() + 600_000) };
}

/** The promises of `StateLedger`, for every adapter to keep. */
export function testStateLedger(createLedger: () => Promise<StateLedger>): void {
  test("lets a state be used once", async () => {
    const ledger = await createLedger();
    const state = newUse();

    expect(await ledger.consume([state])).toBe(true);
    expect(await ledger.consume([state])).toBe(false);
    expect(await ledger.consume([newUse()])).toBe(true);
  });

  test("has exactly one winner of a hundred at once", async () => {
    const ledger = await createLedger();
    const state = newUse();

    const results = await Promise.all(Array.from({ length: 100 }, () => ledger.consume([state])));

    expect(results.filter((won) => won)).toHaveLength(1);
  });

  test("a link is used up with the state: another state cannot use it again", async () => {
    const ledger = await createLedger();
    const link = newUse();

    expect(await ledger.consume([newUse(), link])).toBe(true);
    expect(await ledger.consume([newUse(), link])).toBe(false);
  });

  test("a state that lost its link to another is used up too", async () => {
    const ledger = await createLedger();
    const [state, link] = [newUse(), newUse()];
    await ledger.consume([link]);

    expect(await ledger.consume([state, link])).toBe(false);
    expect(await ledger.consume([state])).toBe(false);
  });

  test("of many flows of one link at once, one wins", async () => {
    const ledger = await createLedger();
    const link = newUse();

    const results = await Promise.all(
      Array.from({ length: 50 }, () => ledger.consume([newUse(), link])),
    );

    expect(results.filter((won) => won)).toHaveLength(1);
  });
}
