import { randomBytes } from "node:crypto";
import fc from "fast-check";
import * as v from "valibot";
import { describe, expect, test } from "vitest";
import { createKeyRing, KeyRingDocument } from "../../core/keyring.ts";
import { createSealer, open, type SealContext, seal } from "../../core/sealing.ts";
import { newKeyRing } from "../support/keyrings.ts";

const context: SealContext = {
  purpose: "token",
  place: ["installations", "access_token", "github", "67890"],
};

describe("sealing", () => {
  test("any text opens to what was sealed", () => {
    const ring = newKeyRing();

    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(open(ring, context, seal(ring, context, text))).toBe(text.toWellFormed());
      }),
    );
  });

  test("the same text is never sealed to the same", () => {
    const ring = newKeyRing();
    const sealed = new Set(Array.from({ length: 1000 }, () => seal(ring, context, "gho_FAKE1")));

    expect(sealed.size).toBe(1000);
  });

  test("the sealed text does not contain the plain one", () => {
    const ring = newKeyRing();
    const [, , box = ""] = seal(ring, context, "gho_FAKE1").split(".");

    expect(Buffer.from(box, "base64url").includes("gho_FAKE1")).toBe(false);
  });

  test("no bit can be flipped", () => {
    const ring = newKeyRing();
    const [version, keyId, box = ""] = seal(ring, context, "gho_FAKE1").split(".");
    const bytes = Buffer.from(box, "base64url");

    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const flipped = Buffer.from(bytes);
      flipped.writeUInt8(flipped.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      const sealed = `${version}.${keyId}.${flipped.toString("base64url")}`;
      expect(() => open(ring, context, sealed)).toThrow("could not be opened");
    }
  });

  test("no end can be cut off, not even down to a short tag", () => {
    const ring = newKeyRing();
    const sealed = seal(ring, context, "gho_FAKE1");

    for (let length = 0; length < sealed.length; length += 1) {
      expect(() => open(ring, context, sealed.slice(0, length))).toThrow("could not be opened");
    }
  });

  test("only the canonical spelling opens", () => {
    const ring = newKeyRing();
    const sealed = seal(ring, context, "gho_FAKE1");

    for (const spelling of [
      `${sealed}=`,
      `${sealed} `,
      ` ${sealed}`,
      `${sealed}\n`,
      `${sealed}.`,
    ]) {
      expect(() => open(ring, context, spelling)).toThrow("could not be opened");
    }
  });

  test.each([
    ["another row", ["installations", "access_token", "github", "1"]],
    ["another column", ["installations", "refresh_token", "github", "67890"]],
    ["another platform", ["installations", "access_token", "slack", "67890"]],
    ["another table", ["pending_installations", "access_token", "github", "67890"]],
    ["parts that join to the same text", ["installations", "access_token", "github,67890"]],
  ])("a ciphertext moved to %s does not open", (_, place) => {
    const ring = newKeyRing();
    const sealed = seal(ring, context, "gho_FAKE1");

    expect(() => open(ring, { ...context, place }, sealed)).toThrow("could not be opened");
  });

  test("a ciphertext of one purpose does not open for another", () => {
    const ring = newKeyRing();
    const sealed = seal(ring, context, "gho_FAKE1");

    expect(() => open(ring, { ...context, purpose: "state" }, sealed)).toThrow(
      "could not be opened",
    );
  });

  test("a ring with two keys opens both and seals with the primary", () => {
    const [k1, k2] = [randomBytes(32).toString("base64"), randomBytes(32).toString("base64")];
    const before = createKeyRing({ primary: "k1", keys: { k1 } });
    const after = createKeyRing({ primary: "k2", keys: { k1, k2 } });
    const old = seal(before, context, "gho_FAKE1");

    expect(open(after, context, old)).toBe("gho_FAKE1");
    expect(seal(after, context, "gho_FAKE1")).toMatch(/^v1\.k2\./);
    expect(open(after, context, seal(after, context, "gho_FAKE2"))).toBe("gho_FAKE2");
  });

  test("a key id cannot be swapped for another, even of the same key", () => {
    const key = randomBytes(32).toString("base64");
    const ring = createKeyRing({ primary: "k1", keys: { k1: key, k2: key } });
    const sealed = seal(ring, context, "gho_FAKE1").replace("v1.k1.", "v1.k2.");

    expect(() => open(ring, context, sealed)).toThrow("could not be opened");
  });

  test("an unknown key is an error with its own reason, and other keys are not tried", () => {
    const sealed = seal(newKeyRing("k1"), context, "gho_FAKE1");

    expect(() => open(newKeyRing("k2"), context, sealed)).toThrow(
      expect.objectContaining({ code: "decryption_failed", reason: "unknown_key" }),
    );
  });
});

describe("a sealer", () => {
  test("asks once for a newer ring when a text names a key it has not seen", async () => {
    const keys = { k1: randomBytes(32).toString("base64"), k2: randomBytes(32).toString("base64") };
    const older = createKeyRing({ primary: "k1", keys: { k1: keys.k1 } });
    const newer = createKeyRing({ primary: "k2", keys });
    const sealer = createSealer(async ({ reload }) => (reload ? newer : older));

    expect(await sealer.open(context, seal(newer, context, "gho_FAKE1"))).toBe("gho_FAKE1");
  });

  test("does not ask for a newer ring when the key is known", async () => {
    const ring = newKeyRing();
    const sealer = createSealer(async ({ reload }) => {
      if (reload) throw new Error("reloaded");
      return ring;
    });

    expect(await sealer.open(context, await sealer.seal(context, "gho_FAKE1"))).toBe("gho_FAKE1");
  });
});

describe("a key ring document", () => {
  const key = randomBytes(32).toString("base64");

  test.each([
    ["no primary", { keys: { k1: key } }],
    ["a primary that is not among the keys", { primary: "k2", keys: { k1: key } }],
    ["a primary from the prototype", { primary: "constructor", keys: { k1: key } }],
    ["a short key", { primary: "k1", keys: { k1: randomBytes(31).toString("base64") } }],
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
