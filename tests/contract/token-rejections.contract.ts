import { describe, expect, test } from "vitest";
import { type CreateStores, plant, read } from "./stores.ts";

const FIRST = { falseReports: 0, intervalSeconds: 30 };

/** The contract of `TokenRejections`, and of the version of narrowed tokens, for every adapter. */
export function testTokenRejections(createStores: CreateStores): void {
  describe("the check of a token that was reported", () => {
    test("is taken by one of many callers", async () => {
      const { rejections, token } = await plant(createStores);
      expect(await rejections.find(token)).toEqual({
        checkedSecondsAgo: null,
        isOpen: false,
        falseReports: 0,
      });

      const taken = await Promise.all(
        Array.from({ length: 20 }, () => rejections.take(token, FIRST)),
      );

      expect(taken.filter(Boolean)).toHaveLength(1);
      const state = await rejections.find(token);
      expect(state).toMatchObject({ isOpen: true, falseReports: 0 });
      expect(state?.checkedSecondsAgo).toBeLessThan(10);
    });

    test("is taken again after the interval, which begins when it was taken", async () => {
      const { rejections, token, age } = await plant(createStores);
      const check = await rejections.take(token, FIRST);
      await age(29);
      if (check) await rejections.settle(check, 1);

      const tooSoon = await rejections.take(token, { falseReports: 1, intervalSeconds: 60 });
      await age(5);
      const next = await rejections.take(token, { falseReports: 1, intervalSeconds: 30 });

      expect(tooSoon).toBeUndefined();
      expect(next).toMatchObject({ installationId: token.installationId });
    });

    test("is not taken on an old number of false reports", async () => {
      const { rejections, token, age } = await plant(createStores);
      const check = await rejections.take(token, FIRST);
      if (check) await rejections.settle(check, 3);
      await age(31);

      expect(await rejections.take(token, FIRST)).toBeUndefined();
      expect(await rejections.find(token)).toMatchObject({ isOpen: false, falseReports: 3 });
    });

    test("is settled by its owner alone", async () => {
      const { rejections, token, age } = await plant(createStores);
      const check = await rejections.take(token, FIRST);
      await age(31);
      await rejections.take(token, FIRST);

      if (check) await rejections.settle(check, 5);

      expect(await rejections.find(token)).toMatchObject({ isOpen: true, falseReports: 0 });
    });

    test.each(["of a token that was replaced", "of an inactive installation"])(
      "%s is neither found nor taken",
      async (name) => {
        const { rejections, installations, token, id } = await plant(createStores);
        const isReplaced = name.includes("replaced");
        await installations.update(id, isReplaced ? { accessToken: "gho_2" } : { isActive: false });

        expect(await rejections.find(token)).toBeUndefined();
        expect(await rejections.take(token, FIRST)).toBeUndefined();
      },
    );

    test("changes nothing that a lookup returns", async () => {
      const { rejections, tokens, token, id } = await plant(createStores);
      const check = await rejections.take(token, FIRST);
      if (check) await rejections.settle(check, 1);

      const { readAt, lifeLeftSeconds, ...stored } = await read(tokens, id);

      expect(token).toMatchObject(stored);
    });
  });

  describe("rejectNarrowed", () => {
    const interval = { intervalSeconds: 30 };

    test("changes the version once, however many callers report the same one", async () => {
      const { tokens, token, id } = await plant(createStores);

      const versions = await Promise.all(
        Array.from({ length: 20 }, () => tokens.rejectNarrowed(token, interval)),
      );

      expect(new Set(versions)).toEqual(new Set([1]));
      const stored = await tokens.findToken({ id }, { verifyRegistration: true });
      expect(stored?.narrowedVersion).toBe(1);
    });

    test("changes it again after the interval", async () => {
      const { tokens, token, age } = await plant(createStores);
      await tokens.rejectNarrowed(token, interval);
      const next = { ...token, narrowedVersion: 1 };

      expect(await tokens.rejectNarrowed(next, interval)).toBe(1);
      await age(31);
      expect(await tokens.rejectNarrowed(next, interval)).toBe(2);
    });

    test("returns nothing for an installation that was deleted", async () => {
      const { installations, tokens, token, id } = await plant(createStores);
      const version = (await installations.findGrantVersion(id)) ?? 0;
      await installations.delete(id, version);

      expect(await tokens.rejectNarrowed(token, interval)).toBeUndefined();
    });
  });
}
