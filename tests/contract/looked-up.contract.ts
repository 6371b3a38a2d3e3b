import { describe, expect, test } from "vitest";
import { retried } from "../support/retried.ts";
import { type CreateStores, HOUR_SECONDS, hold, plant, read } from "./stores.ts";

const REFRESHED = {
  accessToken: "gho_FAKE2",
  refreshToken: "ghr_FAKE2",
  expiresInSeconds: null,
  refreshTokenExpiresInSeconds: null,
  scopes: [],
};

/** The contract of the time of the last lookup, for every adapter. */
export function testLookedUp(createStores: CreateStores): void {
  describe("the time of the last lookup", () => {
    test("is stored at most once an hour, and changes nothing else", async () => {
      const { id, token, installation, tokens, installations, age } = await plant(createStores);
      expect(token.isLookupRecent).toBe(false);

      await retried(() => tokens.noteLookup(id));
      const first = await installations.find({ id });
      await retried(() => tokens.noteLookup(id));
      const second = await installations.find({ id });

      expect(first?.lastLookedUpAt).toBeInstanceOf(Date);
      expect(second).toEqual(first);
      expect(first).toEqual({ ...installation, lastLookedUpAt: first?.lastLookedUpAt });
      expect(await read(tokens, id)).toMatchObject({
        isLookupRecent: true,
        tokenVersion: token.tokenVersion,
      });
      await age(HOUR_SECONDS + 1);
      expect(await read(tokens, id)).toMatchObject({ isLookupRecent: false });
    });

    test("is stored with the tokens of a refresh for a lookup, and of no other", async () => {
      const { id, token, tokens, leases } = await plant(createStores);
      const lease = await hold(leases, token);
      await leases.write(lease, REFRESHED, { keepPrevious: false });
      const refreshed = await read(tokens, id);
      const next = await hold(leases, refreshed);

      await leases.write(next, REFRESHED, { keepPrevious: false, isLookup: true });

      expect(refreshed.isLookupRecent).toBe(false);
      expect(await read(tokens, id)).toMatchObject({ isLookupRecent: true });
    });
  });
}
