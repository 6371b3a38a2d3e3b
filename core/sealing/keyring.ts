import { createSecretKey, hkdfSync, type KeyObject } from "node:crypto";
import * as v from "valibot";

/** The length of a key, and of a subkey. */
export const KEY_BYTES = 32;

/** The name of a key in its ring: it is in every text that the key has sealed. */
export const KeyId = v.pipe(v.string(), v.regex(/^[a-z0-9-]{1,32}$/));

const KeyMaterial = v.pipe(
  v.string(),
  v.base64(),
  v.check((text) => Buffer.from(text, "base64").length === KEY_BYTES),
);

/** The JSON of a key ring as the secret holds it: `{"primary":"k1","keys":{"k1":"<base64 of 32 bytes>"}}`. */
export const KeyRingDocument = v.pipe(
  v.strictObject({ primary: KeyId, keys: v.record(KeyId, KeyMaterial) }),
  v.check(({ primary, keys }) => Object.hasOwn(keys, primary)),
);
export type KeyRingDocument = v.InferOutput<typeof KeyRingDocument>;

/** What a subkey is for. A text that was sealed for one purpose does not open for another. */
export type KeyPurpose =
  | "token"
  | "webhook-secret"
  | "state"
  | "cookie"
  | "install-link"
  | "cursor";

/** Named keys, one of which seals; all of them open. */
export interface KeyRing {
  readonly primary: string;
  /** The subkey of a named key, or `undefined` when the ring does not hold that key. */
  subkey(keyId: string, purpose: KeyPurpose): KeyObject | undefined;
}

/**
 * Makes a key ring, with one subkey for each key and purpose, derived when first asked for.
 *
 * Subkeys are `KeyObject`s made once: with a raw buffer, Node 24 takes four times as long to decrypt.
 *
 * @see RFC 5869 (HKDF)
 */
export function createKeyRing(document: KeyRingDocument): KeyRing {
  const keys = new Map(
    Object.entries(document.keys).map(([id, text]) => [id, Buffer.from(text, "base64")]),
  );
  const subkeys = new Map<string, KeyObject>();

  return {
    primary: document.primary,

    subkey(keyId, purpose) {
      const name = `${keyId} ${purpose}`;
      const known = subkeys.get(name);
      if (known) return known;

      const key = keys.get(keyId);
      if (!key) return undefined;
      const subkey = createSecretKey(
        Buffer.from(hkdfSync("sha256", key, "", `grantkeep/v1/${purpose}`, KEY_BYTES)),
      );
      subkeys.set(name, subkey);
      return subkey;
    },
  };
}
