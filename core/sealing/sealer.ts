import { createCipheriv, createDecipheriv, type KeyObject, randomBytes } from "node:crypto";
import { ServiceError } from "../errors.ts";
import type { KeyPurpose, KeyRing } from "./keyring.ts";

const ALGORITHM = "aes-256-gcm";
const VERSION = "v1";
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** What a sealed text is bound to: it opens only under the same purpose and the same place. */
export interface SealContext {
  readonly purpose: KeyPurpose;
  /** Authenticated, not stored. For a column: table, column, platform, organization. */
  readonly place: readonly string[];
}

/** Seals and opens under a key ring that may change while the process lives. */
export interface Sealer {
  /** The sealed text, `v1.<key id>.<base64url of iv, ciphertext, tag>`, under the primary key. */
  seal(context: SealContext, plaintext: string): Promise<string>;
  /** @throws {ServiceError} `decryption_failed` */
  open(context: SealContext, sealed: string): Promise<string>;
}

/** Gives the key ring; with `reload`, not one from before this call, if that can be had. */
export type KeyRingLoader = (options: { reload: boolean }) => Promise<KeyRing>;

/**
 * Makes a sealer that asks for the ring once more when a text names a key it has not seen: while keys
 * rotate, an old sandbox meets texts of a key that was added after it started.
 */
export function createSealer(loadKeyRing: KeyRingLoader): Sealer {
  return {
    async seal(context, plaintext) {
      return seal(await loadKeyRing({ reload: false }), context, plaintext);
    },

    async open(context, sealed) {
      const box = parse(sealed);
      const ring = await loadKeyRing({ reload: false });
      const key = ring.subkey(box.keyId, context.purpose);
      return key
        ? decrypt(key, context, box)
        : open(await loadKeyRing({ reload: true }), context, sealed);
    },
  };
}

/** A sealed text, taken apart. */
interface SealedBox {
  readonly keyId: string;
  /** IV, ciphertext and tag. */
  readonly bytes: Buffer;
}

/** Seals a text under the primary key of a ring. */
export function seal(ring: KeyRing, context: SealContext, plaintext: string): string {
  const key = ring.subkey(ring.primary, context.purpose);
  if (!key) throw new ServiceError("server_error", "The key ring has no primary key.");

  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(ALGORITHM, key, iv, { authTagLength: TAG_BYTES });
  cipher.setAAD(associatedData(ring.primary, context));
  const box = Buffer.concat([
    iv,
    cipher.update(plaintext, "utf8"),
    cipher.final(),
    cipher.getAuthTag(),
  ]);
  return `${VERSION}.${ring.primary}.${box.toString("base64url")}`;
}

/**
 * Opens a sealed text with the one key that it names; other keys are never tried.
 *
 * @throws {ServiceError} `decryption_failed`, with the reason `malformed`, `unknown_key` or `not_authentic`
 */
export function open(ring: KeyRing, context: SealContext, sealed: string): string {
  const box = parse(sealed);
  const key = ring.subkey(box.keyId, context.purpose);
  if (!key) throw failure("unknown_key");
  return decrypt(key, context, box);
}

function decrypt(key: KeyObject, context: SealContext, { keyId, bytes }: SealedBox): string {
  // Without `authTagLength`, Node accepts tags of four bytes (DEP0182).
  const decipher = createDecipheriv(ALGORITHM, key, bytes.subarray(0, IV_BYTES), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(associatedData(keyId, context));
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  const text = decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES));
  try {
    // It adds nothing to the text, and judges the tag: before it, nothing may be used.
    decipher.final();
  } catch {
    throw failure("not_authentic");
  }
  return text.toString("utf8");
}

function parse(sealed: string): SealedBox {
  const [version, keyId, text, ...rest] = sealed.split(".");
  if (version !== VERSION || !keyId || !text || rest.length > 0) throw failure("malformed");

  const bytes = Buffer.from(text, "base64url");
  // Node skips characters that are not base64url: only the canonical spelling is accepted.
  if (bytes.toString("base64url") !== text) throw failure("malformed");
  if (bytes.length < IV_BYTES + TAG_BYTES) throw failure("malformed");
  return { keyId, bytes };
}

function associatedData(keyId: string, { place }: SealContext): Buffer {
  return Buffer.from(JSON.stringify([VERSION, keyId, ...place]), "utf8");
}

function failure(reason: "malformed" | "unknown_key" | "not_authentic"): ServiceError {
  return new ServiceError("decryption_failed", "A sealed value could not be opened.", { reason });
}
