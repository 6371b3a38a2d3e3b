import { createSecretKey, randomBytes } from "node:crypto";
import fc from "fast-check";
import * as v from "valibot";
import { describe, expect, test } from "vitest";
import { createKeyRing, KeyRingDocument } from "../../core/sealing/keyring.ts";
import { createKeyRingLoader } from "../../functions/environment/keyrings.ts";
import { anyText, forAll, spoiled } from "../support/properties.ts";

const key = randomBytes(32).toString("base64");
const TEXT = JSON.stringify({ primary: "k1", keys: { k1: key } });

describe("a key ring document", () => {
  test.each([
    ["no primary", { keys: { k1: key } }],
    ["a primary that is not among the keys", { primary: "k2", keys: { k1: key } }],
    ["a primary from the prototype", { primary: "constructor", keys: { k1: key } }],
    ["a short key", { primary: "k1", keys: { k1: randomBytes(31).toString("base64") } }],
    ["a long key", { primary: "k1", keys: { k1: randomBytes(33).toString("base64") } }],
    ["a key id of 33 characters", { primary: "k".repeat(33), keys: { ["k".repeat(33)]: key } }],
    ["an empty key id", { primary: "", keys: { "": key } }],
    ["a key id with a line break", { primary: "k1\n", keys: { "k1\n": key } }],
    ["a key id that begins with a space", { primary: " k1", keys: { " k1": key } }],
    ["a key id with a dot", { primary: "k.1", keys: { "k.1": key } }],
    ["a key that is no base64", { primary: "k1", keys: { k1: "x".repeat(44) } }],
    ["another field", { primary: "k1", keys: { k1: key }, extra: 1 }],
  ])("is refused with %s", (_, document) => {
    expect(v.safeParse(KeyRingDocument, document).success).toBe(false);
  });

  test("is accepted with several keys", () => {
    const document = { primary: "k1", keys: { k1: key, "k-2026-11": key } };

    expect(v.safeParse(KeyRingDocument, document).success).toBe(true);
  });
});

describe("a key ring", () => {
  test("derives a subkey once, and another for each key and purpose", () => {
    const ring = createKeyRing({
      primary: "k1",
      keys: { k1: key, k2: randomBytes(32).toString("base64") },
    });
    const subkeys = [
      ring.subkey("k1", "token"),
      ring.subkey("k1", "state"),
      ring.subkey("k2", "token"),
    ];

    expect(ring.subkey("k1", "token")).toBe(subkeys[0]);
    const exported = subkeys.map((subkey) => subkey?.export().toString("hex"));
    expect(new Set(exported).size).toBe(3);
    expect(exported).not.toContain(Buffer.from(key, "base64").toString("hex"));
  });

  test("derives another subkey for each organization of a purpose", () => {
    const ring = createKeyRing({ primary: "k1", keys: { k1: key } });
    const subkeys = [
      ring.subkey("k1", "token"),
      ring.subkey("k1", "token", "default/github/1"),
      ring.subkey("k1", "token", "default/github/2"),
      ring.subkey("k1", "webhook-secret", "default/github/1"),
    ];

    expect(ring.subkey("k1", "token", "default/github/1")).toBe(subkeys[1]);
    expect(new Set(subkeys.map((subkey) => subkey?.export().toString("hex"))).size).toBe(4);
    expect(ring.subkey("k2", "token", "default/github/1")).toBeUndefined();
  });

  test("keeps the thousand subkeys that were used last", () => {
    const ring = createKeyRing({ primary: "k1", keys: { k1: key } });
    const get = (number: number) => ring.subkey("k1", "token", `default/github/${number}`);
    const [first, second] = [get(1), get(2)];
    for (let number = 3; number <= 1_000; number += 1) get(number);

    expect(get(1)).toBe(first);
    get(1_001);

    expect(get(1)).toBe(first);
    expect(get(2)).not.toBe(second);
    expect(get(2)?.equals(second ?? createSecretKey(Buffer.alloc(32)))).toBe(true);
  });

  test("has no subkey for a key that it does not contain", () => {
    const ring = createKeyRing({ primary: "k1", keys: { k1: key } });

    return forAll(fc.oneof(anyText, fc.constantFrom("constructor", "__proto__")), (id) => {
      fc.pre(id !== "k1");
      expect(ring.subkey(id, "token")).toBeUndefined();
    });
  });
});

describe("a key ring in its secret", () => {
  /** A loader of a secret whose text the test changes, as an operator does. */
  function loaderOf(first: string) {
    let text = first;
    const reloads: (boolean | undefined)[] = [];
    const load = createKeyRingLoader(
      {
        async read(_arn, options = {}) {
          reloads.push(options.reload);
          return text;
        },
      },
      "arn:ring",
    );
    const put = (next: string) => {
      text = next;
    };
    return { load, put, reloads };
  }

  test("is created once, and again after its text changed", async () => {
    const { load, put } = loaderOf(TEXT);

    const first = await load({ reload: false });
    const same = await load({ reload: true });
    put(JSON.stringify({ primary: "k2", keys: { k2: key } }));
    const next = await load({ reload: false });

    expect(same).toBe(first);
    expect(next).not.toBe(first);
    expect(next.primary).toBe("k2");
  });

  test("is read again with reload", async () => {
    const { load, reloads } = loaderOf(TEXT);

    await load({ reload: false });
    await load({ reload: true });

    expect(reloads).toEqual([false, true]);
  });

  test("is refused if it is malformed, without quoting it", async () => {
    const malformed = fc.oneof(spoiled(TEXT), anyText).filter((text) => !isRing(text));

    await forAll(malformed, async (text) => {
      const error: unknown = await loaderOf(text)
        .load({ reload: false })
        .catch((failure: unknown) => failure);

      expect(error).toMatchObject({
        code: "server_error",
        message: "A key ring of this service is malformed.",
        reason: "key ring",
      });
      expect(JSON.stringify(error)).not.toContain(key.slice(0, 12));
    });
  });

  function isRing(text: string): boolean {
    return v.safeParse(v.pipe(v.string(), v.parseJson(), KeyRingDocument), text).success;
  }
});
