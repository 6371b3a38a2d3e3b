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

/** More organizations than one process looks tokens up for within some minutes. */
const MAX_SUBKEYS = 1_000;

/** Keys by id. The primary key encrypts; every key decrypts. */
export interface KeyRing {
  readonly primary: string;
  /**
   * Returns the subkey of a key for a purpose and, where the text belongs to one, for an organization.
   * Returns `undefined` if the ring does not contain the key.
   */
  subkey(keyId: string, purpose: KeyPurpose, organization?: string): KeyObject | undefined;
}

/**
 * Creates a key ring that derives one subkey per key, purpose and organization when it is first needed, so
 * that no key encrypts more texts than AES-GCM with random nonces allows.
 *
 * The subkeys used last are cached as `KeyObject`s: with a raw buffer, Node 24 takes four times as long to
 * decrypt.
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

    subkey(keyId, purpose, organization) {
      const use = organization === undefined ? purpose : `${purpose}/${organization}`;
      const name = `${keyId} ${use}`;
      const cached = subkeys.get(name);
      if (cached && subkeys.size < MAX_SUBKEYS) return cached;

      const key = keys.get(keyId);
      const subkey = cached ?? (key && derive(key, use));
      if (!subkey) return undefined;
      // A map keeps the order of insertion: its first name is the one that was not used for longest.
      subkeys.delete(name);
      subkeys.set(name, subkey);
      if (subkeys.size > MAX_SUBKEYS) {
        const [oldest = name] = subkeys.keys();
        subkeys.delete(oldest);
      }
      return subkey;
    },
  };
}

function derive(key: Buffer, use: string): KeyObject {
  return createSecretKey(
    Buffer.from(hkdfSync("sha256", key, "", `grantkeep/v1/${use}`, KEY_BYTES)),
  );
}
