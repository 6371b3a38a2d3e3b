import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeCursor, encodeCursor, type ListFilter } from "../../core/installations/cursor.ts";
import { sealerOf } from "../support/keyrings.ts";
import { anyText, forAll, spoiled } from "../support/properties.ts";

const sealer = sealerOf();
const ID = "inst-0123456789abcdef0123456789abcdef";

const refused = expect.objectContaining({
  code: "invalid_request",
  message: "The cursor does not belong to this list.",
});

const filters: fc.Arbitrary<ListFilter> = fc.record(
  {
    platform: fc.constantFrom("github", "slack", "jira"),
    organizationId: fc.stringMatching(/^[A-Za-z0-9._:-]{1,128}$/),
    isActive: fc.boolean(),
    missing: fc.constant(true),
  },
  { requiredKeys: [] },
);

describe("a cursor", () => {
  test("returns the id that the next page starts below", () =>
    forAll(filters, async (filter) => {
      const cursor = await encodeCursor(sealer, filter, ID);

      expect(cursor.length).toBeLessThanOrEqual(256);
      expect(await decodeCursor(sealer, filter, cursor)).toBe(ID);
    }));

  test("of the installations with missing scopes is refused for all, and the other way round", async () => {
    const cursors = [
      await encodeCursor(sealer, {}, ID),
      await encodeCursor(sealer, { missing: true }, ID),
    ] as const;

    await expect(decodeCursor(sealer, { missing: true }, cursors[0])).rejects.toEqual(refused);
    await expect(decodeCursor(sealer, {}, cursors[1])).rejects.toEqual(refused);
    expect(await decodeCursor(sealer, { missing: false }, cursors[0])).toBe(ID);
  });

  test("is refused for another filter", () =>
    forAll(fc.tuple(filters, filters), async ([filter, other]) => {
      fc.pre(JSON.stringify(filter) !== JSON.stringify(other));
      const cursor = await encodeCursor(sealer, filter, ID);

      await expect(decodeCursor(sealer, other, cursor)).rejects.toEqual(refused);
    }));

  test("is refused if it was changed", async () => {
    const cursor = await encodeCursor(sealer, {}, ID);

    await forAll(spoiled(cursor), (changed) =>
      expect(decodeCursor(sealer, {}, changed)).rejects.toEqual(refused),
    );
  });

  test("cannot be forged, and one that is too long is not decrypted", () =>
    forAll(fc.oneof(anyText, fc.constant("v1.k1.".padEnd(300, "A"))), (cursor) =>
      expect(decodeCursor(sealer, {}, cursor)).rejects.toEqual(refused),
    ));

  test("passes on the error of a key ring that cannot be loaded", async () => {
    const cursor = await encodeCursor(sealer, {}, ID);
    const broken = { ...sealer, open: () => Promise.reject(new Error("out of order")) };

    await expect(decodeCursor(broken, {}, cursor)).rejects.toThrow("out of order");
  });
});
