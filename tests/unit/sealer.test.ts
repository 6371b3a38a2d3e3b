import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createKeyRing } from "../../core/sealing/keyring.ts";
import { createSealer, open, type SealContext, seal } from "../../core/sealing/sealer.ts";
import { newKeyRing } from "../support/keyrings.ts";
import { anyText, forAll, someText, spoiled } from "../support/properties.ts";

const ring = newKeyRing();
const context: SealContext = {
  purpose: "token",
  binding: ["installations", "access_token", "github", "67890"],
};

function expectRefused(sealed: string, other: SealContext = context): void {
  expect(() => open(ring, other, sealed)).toThrow(
    expect.objectContaining({
      code: "decryption_failed",
      message: "An encrypted value could not be decrypted.",
    }),
  );
}

/** The text with each bit of each character flipped in turn. */
function flippedBits(sealed: string): string[] {
  return Array.from({ length: sealed.length * 8 }, (_, bit) => {
    const bytes = Buffer.from(sealed, "latin1");
    bytes.writeUInt8(bytes.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
    return bytes.toString("latin1");
  });
}

function toSealed(box: Uint8Array): string {
  return `v1.k1.${Buffer.from(box).toString("base64url")}`;
}

describe("encryption", () => {
  test("any text decrypts to the original", () =>
    forAll(anyText, (text) => {
      expect(open(ring, context, seal(ring, context, text))).toBe(text.toWellFormed());
    }));

  test("the same text is never encrypted to the same text", () => {
    const sealed = new Set(Array.from({ length: 1000 }, () => seal(ring, context, "gho_FAKE1")));

    expect(sealed.size).toBe(1000);
  });

  test("the encrypted text does not contain the plain text", () => {
    const [, , box = ""] = seal(ring, context, "gho_FAKE1").split(".");

    expect(Buffer.from(box, "base64url").includes("gho_FAKE1")).toBe(false);
  });

  test("no bit of version, key id, iv, ciphertext or tag can be flipped", () => {
    for (const text of ["", "g", "gh", "gho", "gho_FAKE1"]) {
      for (const flipped of flippedBits(seal(ring, context, text))) expectRefused(flipped);
    }
  });

  test("no bit of a longer text can be flipped", () =>
    forAll(fc.tuple(someText, fc.nat(), fc.nat(7)), ([text, at, bit]) => {
      const [version, keyId, box = ""] = seal(ring, context, text).split(".");
      const bytes = Buffer.from(box, "base64url");
      const position = at % bytes.length;
      bytes.writeUInt8(bytes.readUInt8(position) ^ (1 << bit), position);
      expectRefused(`${version}.${keyId}.${bytes.toString("base64url")}`);
    }));

  test("no part can be cut off at either end, not even to a short tag", () => {
    const sealed = seal(ring, context, "gho_FAKE1");

    for (let length = 0; length < sealed.length; length += 1) {
      expectRefused(sealed.slice(0, length));
      expectRefused(sealed.slice(sealed.length - length));
    }
  });

  test("no bytes of the ciphertext can be cut off", () => {
    const [version, keyId, box = ""] = seal(ring, context, "gho_FAKE1").split(".");
    const bytes = Buffer.from(box, "base64url");

    for (let length = 0; length < bytes.length; length += 1) {
      const cut = bytes.subarray(0, length).toString("base64url");
      expectRefused(`${version}.${keyId}.${cut}`);
    }
  });

  test("no part can be inserted, removed or replaced", () => {
    const sealed = seal(ring, context, "gho_FAKE1");

    return forAll(spoiled(sealed), expectRefused);
  });

  test("any forged text is refused with decryption_failed", () => {
    const madeUp = fc.oneof(
      anyText,
      anyText.map((text) => `v1.k1.${text}`),
      fc.uint8Array({ maxLength: 100 }).map(toSealed),
    );

    return forAll(madeUp, expectRefused);
  });

  test("only the canonical form can be decrypted", () => {
    const sealed = seal(ring, context, "gho_FAKE1");

    for (const spelling of [
      `${sealed}=`,
      `${sealed} `,
      ` ${sealed}`,
      `${sealed}\n`,
      `${sealed}.`,
    ]) {
      expectRefused(spelling);
    }
  });

  test.each([
    ["another row", ["installations", "access_token", "github", "1"]],
    ["another column", ["installations", "refresh_token", "github", "67890"]],
    ["another platform", ["installations", "access_token", "slack", "67890"]],
    ["another table", ["pending_installations", "access_token", "github", "67890"]],
    ["parts that join to the same text", ["installations", "access_token", "github,67890"]],
  ])("a ciphertext moved to %s cannot be decrypted", (_, binding) => {
    expectRefused(seal(ring, context, "gho_FAKE1"), { ...context, binding });
  });

  test("a ciphertext can be decrypted only with its own binding", () =>
    forAll(fc.tuple(fc.array(anyText), fc.array(anyText)), ([binding, other]) => {
      const sealed = seal(ring, { ...context, binding }, "gho_FAKE1");
      fc.pre(JSON.stringify(binding) !== JSON.stringify(other));
      expectRefused(sealed, { ...context, binding: other });
    }));

  test.each(["webhook-secret", "state", "cookie", "install-link", "cursor"] as const)(
    "a ciphertext of a token cannot be decrypted as one of a %s",
    (purpose) => {
      expectRefused(seal(ring, context, "gho_FAKE1"), { ...context, purpose });
    },
  );

  test("a ring with two keys decrypts with both and encrypts with the primary", () => {
    const [k1, k2] = [randomBytes(32).toString("base64"), randomBytes(32).toString("base64")];
    const before = createKeyRing({ primary: "k1", keys: { k1 } });
    const after = createKeyRing({ primary: "k2", keys: { k1, k2 } });
    const old = seal(before, context, "gho_FAKE1");

    expect(open(after, context, old)).toBe("gho_FAKE1");
    expect(seal(after, context, "gho_FAKE1")).toMatch(/^v1\.k2\./);
    expect(open(after, context, seal(after, context, "gho_FAKE2"))).toBe("gho_FAKE2");
  });

  test("a key id cannot be replaced by another, even of the same key", () => {
    const key = randomBytes(32).toString("base64");
    const ring = createKeyRing({ primary: "k1", keys: { k1: key, k2: key } });
    const sealed = seal(ring, context, "gho_FAKE1").replace("v1.k1.", "v1.k2.");

    expect(() => open(ring, context, sealed)).toThrow("could not be decrypted");
  });

  test.each([
    ["malformed", "an older version", (sealed: string) => sealed.replace("v1.", "v0.")],
    ["malformed", "no key id", (sealed: string) => sealed.replace("k1", "")],
    ["malformed", "no box", () => "v1.k1."],
    ["malformed", "a spelling that is not canonical", (sealed: string) => `${sealed}=`],
    ["malformed", "a box of 27 bytes", () => toSealed(new Uint8Array(27))],
    ["malformed", "a fourth part", (sealed: string) => `${sealed}.AAAA`],
    ["not_authentic", "an empty ciphertext", () => toSealed(new Uint8Array(28))],
  ])("the reason is %s for %s", (reason, _, change) => {
    const sealed = change(seal(ring, context, "gho_FAKE1"));

    expect(() => open(ring, context, sealed)).toThrow(expect.objectContaining({ reason }));
  });

  test("a ring without its primary key encrypts nothing", () => {
    const keyless = createKeyRing({ primary: "k2", keys: {} });

    expect(() => seal(keyless, context, "gho_FAKE1")).toThrow(
      expect.objectContaining({
        code: "server_error",
        message: "The key ring has no primary key.",
      }),
    );
  });

  test("an unknown key has its own reason, and other keys are not tried", () => {
    const sealed = seal(newKeyRing("k1"), context, "gho_FAKE1");

    expect(() => open(newKeyRing("k2"), context, sealed)).toThrow(
      expect.objectContaining({ code: "decryption_failed", reason: "unknown_key" }),
    );
  });
});

describe("a sealer", () => {
  test("reloads the ring once if a text names an unknown key", async () => {
    const keys = { k1: randomBytes(32).toString("base64"), k2: randomBytes(32).toString("base64") };
    const older = createKeyRing({ primary: "k1", keys: { k1: keys.k1 } });
    const newer = createKeyRing({ primary: "k2", keys });
    const sealer = createSealer(async ({ reload }) => (reload ? newer : older));

    expect(await sealer.open(context, seal(newer, context, "gho_FAKE1"))).toBe("gho_FAKE1");
  });

  test("does not reload the ring if the key is known", async () => {
    const ring = newKeyRing();
    const sealer = createSealer(async ({ reload }) => {
      if (reload) throw new Error("reloaded");
      return ring;
    });

    expect(await sealer.open(context, await sealer.seal(context, "gho_FAKE1"))).toBe("gho_FAKE1");
  });
});
