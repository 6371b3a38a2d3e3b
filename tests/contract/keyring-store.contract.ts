import { describe, expect, test } from "vitest";
import type { KeyRingStore } from "../../core/ports/keyring-store.ts";
import type { KeyRingDocument } from "../../core/sealing/keyring.ts";
import { generateKeyRing } from "../../local/keyring.ts";

/** A key ring with some new keys. */
function withKeys({ primary, keys }: KeyRingDocument, ...ids: string[]): KeyRingDocument {
  const added = ids.map((id) => [id, Object.values(generateKeyRing().keys)[0] ?? ""]);
  return { primary, keys: { ...keys, ...Object.fromEntries(added) } };
}

/** The promises of `KeyRingStore`, for every adapter to keep. Each store starts with the given key ring. */
export function testKeyRingStore(createStore: (ring: KeyRingDocument) => KeyRingStore): void {
  describe("the key ring store", () => {
    test("returns the key ring, and when it was changed", async () => {
      const before = Date.now() - 1_000;
      const ring = generateKeyRing();

      const { document, changedAt } = await createStore(ring).read();

      expect(document).toEqual(ring);
      expect(changedAt.getTime()).toBeGreaterThanOrEqual(before);
      expect(changedAt.getTime()).toBeLessThanOrEqual(Date.now() + 1_000);
    });

    test("replaces the key ring that was read, repeatedly", async () => {
      const store = createStore(generateKeyRing());
      const first = await store.read();
      const second = await store.replace(first, withKeys(first.document, "k2"));
      const third = await store.replace(second, withKeys(second.document, "k3"));

      expect(await store.read()).toEqual(third);
      expect(Object.keys(third.document.keys).slice(1)).toEqual(["k2", "k3"]);
    });

    test("accepts one of many concurrent changes of the same key ring, so that no key is lost", async () => {
      const store = createStore(generateKeyRing());
      const read = await store.read();
      const ids = ["a1", "a2", "a3", "a4", "a5", "a6", "a7", "a8"];

      const results = await Promise.allSettled(
        ids.map((id) => store.replace(read, withKeys(read.document, id))),
      );

      const won = ids.filter((_, index) => results[index]?.status === "fulfilled");
      const lost = results.filter((result) => result.status === "rejected");
      expect(won).toHaveLength(1);
      expect(lost.map(({ reason }) => reason.code)).toEqual(Array(7).fill("retry_later"));
      const { document } = await store.read();
      expect(Object.keys(document.keys)).toEqual([...Object.keys(read.document.keys), ...won]);
    });

    test("rejects a change of an older version, however old", async () => {
      const store = createStore(generateKeyRing());
      const read = await store.read();
      const second = await store.replace(read, withKeys(read.document, "k2"));
      const third = await store.replace(second, withKeys(second.document, "k3"));

      const late = store.replace(read, withKeys(read.document, "k4"));

      await expect(late).rejects.toMatchObject({ code: "retry_later" });
      expect(await store.read()).toEqual(third);
    });
  });
}
