import { createSecretKey, hkdfSync, type KeyObject } from "node:crypto";
import * as v from "valibot";

/** The length of keys and subkeys. */
export const KEY_BYTES = 32;

/** The id of a key in its ring. Every text that the key encrypted contains it. */
export const KeyId = v.pipe(v.string(), v.regex(/^[a-z0-9-]{1,32}$/));

const KeyMaterial = v.pipe(
  v.string(),
  v.base64(),
  v.check((text) => Buffer.from(text, "base64").length === KEY_BYTES),
);

/** A key ring as its secret stores it: `{"primary":"k1","keys":{"k1":"<base64 of 32 bytes>"}}`. */
export const KeyRingDocument = v.pipe(
  v.strictObject({ primary: KeyId, keys: v.record(KeyId, KeyMaterial) }),
  v.check(({ primary, keys }) => Object.hasOwn(keys, primary)),
);
export type KeyRingDocument = v.InferOutput<typeof KeyRingDocument>;

/** The purpose of a subkey. Text that was encrypted for one purpose cannot be decrypted for another. */
export type KeyPurpose =
  | "token"
  | "webhook-secret"
  | "state"
  | "cookie"
  | "install-link"
  | "cursor";

/** Keys by id. The primary key encrypts; every key decrypts. */
export interface KeyRing {
  readonly primary: string;
  /** Returns the subkey of a key, or `undefined` if the ring does not contain the key. */
  subkey(keyId: string, purpose: KeyPurpose): KeyObject | undefined;
}

/**
 * Creates a key ring that derives one subkey per key and purpose when it is first needed.
 *
 * Subkeys are cached as `KeyObject`s: with a raw buffer, Node 24 takes four times as long to decrypt.
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
      const cached = subkeys.get(name);
      if (cached) return cached;

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
