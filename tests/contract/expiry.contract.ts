import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { newPending } from "./pending-installations.contract.ts";
import { type CreateStores, HOUR_SECONDS } from "./stores.ts";

/**
 * The contract of `Expiry`, for every adapter; `testTokenRetention` has that of `wipeTokens`, and
 * `testIdleInstallations` that of the others.
 */
export function testExpiry(createStores: CreateStores): void {
  describe("removeExpired", () => {
    test("deletes states two hours after they expire, and none before", async () => {
      const { expiry, consumedStates, age } = await createStores();
      const state = { id: randomBytes(16).toString("hex"), expiresAt: new Date() };
      await consumedStates.consume(state);

      await age(1.9 * HOUR_SECONDS);
      expect(await expiry.removeExpired()).toBe(0);
      expect(await consumedStates.consume(state)).toBe(false);

      await age(0.2 * HOUR_SECONDS);
      expect(await expiry.removeExpired()).toBe(1);
      expect(await consumedStates.consume(state)).toBe(true);
    });

    test("deletes nothing without time, and the rest when it is called again", async () => {
      const { expiry, consumedStates, age } = await createStores();
      await consumedStates.consume({
        id: randomBytes(16).toString("hex"),
        expiresAt: new Date(),
      });
      await age(3 * HOUR_SECONDS);

      expect(await expiry.removeExpired({ hasTime: () => false })).toBe(0);
      expect(await expiry.removeExpired({ hasTime: () => true })).toBe(1);
    });

    test("deletes pending installations after ten minutes, and none before", async () => {
      const { expiry, pending, age } = await createStores();
      const put = newPending();
      await pending.put(put);

      await age(590);
      expect(await expiry.removeExpired()).toBe(0);

      await age(20);
      expect(await expiry.removeExpired()).toBe(1);
      const choice = { cookieHash: put.cookieHash, organizationId: "two" };
      expect(await pending.take(put.id, choice)).toBeUndefined();
    });
  });
}
