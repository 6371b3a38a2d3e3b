import { createCipheriv, createDecipheriv, type KeyObject, randomBytes } from "node:crypto";
import { isServiceError, ServiceError } from "../errors.ts";
import type { KeyPurpose, KeyRing } from "./keyring.ts";

const ALGORITHM = "aes-256-gcm";
const VERSION = "v1";
const IV_BYTES = 12;
const TAG_BYTES = 16;

declare const sealed: unique symbol;

/**
 * Encrypted text, `v1.<key id>.<base64url of iv, ciphertext, tag>`.
 *
 * Only a sealer creates it: where a statement takes encrypted text, a plain token does not compile.
 */
export type Sealed = string & { readonly [sealed]: true };

/** The context of encrypted text. It can be decrypted only in the same context. */
export interface SealContext {
  readonly purpose: KeyPurpose;
  /** The organization that the text belongs to, which has keys of its own; absent if it belongs to none. */
  readonly organization?: string;
  /** Authenticated with the value, not stored. For a column, begins with the table and the column. */
  readonly binding: readonly string[];
}

/** Encrypts and decrypts with a key ring that may change while the process runs. */
export interface Sealer {
  /** Encrypts text with the primary key. */
  seal(context: SealContext, plaintext: string): Promise<Sealed>;
  /** @throws {ServiceError} `decryption_failed` */
  open(context: SealContext, sealed: string): Promise<string>;
}

/** Loads the key ring. With `reload`, reads it again if possible. */
export type KeyRingLoader = (options: { reload: boolean }) => Promise<KeyRing>;

/**
 * Creates a sealer. It reloads the key ring if a text names an unknown key: after a key rotation, an old
 * sandbox reads text of a key that was added after it started.
 */
export function createSealer(loadKeyRing: KeyRingLoader): Sealer {
  return {
    async seal(context, plaintext) {
      return seal(await loadKeyRing({ reload: false }), context, plaintext);
    },

    async open(context, sealed) {
      const box = parse(sealed);
      const ring = await loadKeyRing({ reload: false });
      const key = subkeyOf(ring, box.keyId, context);
      return key
        ? decrypt(key, context, box)
        : open(await loadKeyRing({ reload: true }), context, sealed);
    },
  };
}

/**
 * Decrypts text that came from outside. Returns the result of `otherwise` if the text is longer than
 * `maxLength` or was not encrypted here for this context.
 *
 * @throws {ServiceError} `retry_later`, `server_error` if the key ring cannot be loaded
 */
export async function openOr<Fallback>(
  sealer: Sealer,
  context: SealContext,
  { text, maxLength }: { text: string; maxLength: number },
  otherwise: (reason: "too_long" | "not_ours") => Fallback,
): Promise<string | Fallback> {
  if (text.length > maxLength) return otherwise("too_long");
  try {
    return await sealer.open(context, text);
  } catch (error) {
    if (isServiceError(error, "decryption_failed")) return otherwise("not_ours");
    throw error;
  }
}

/** The parts of encrypted text. */
interface SealedBox {
  readonly keyId: string;
  /** IV, ciphertext and tag. */
  readonly bytes: Buffer;
}

/** Encrypts text with the primary key of a ring. */
export function seal(ring: KeyRing, context: SealContext, plaintext: string): Sealed {
  const key = subkeyOf(ring, ring.primary, context);
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
  const text = `${VERSION}.${ring.primary}.${box.toString("base64url")}`;
  if (!isSealed(text)) throw new ServiceError("server_error", "The value was not encrypted.");
  return text;
}

/** Narrows text to `Sealed`. It is not exported, so that only `seal` does. */
function isSealed(text: string): text is Sealed {
  return text.startsWith(`${VERSION}.`);
}

/**
 * Decrypts text with the key that it names. Other keys are never tried.
 *
 * @throws {ServiceError} `decryption_failed`, with the reason `malformed`, `unknown_key` or `not_authentic`
 */
export function open(ring: KeyRing, context: SealContext, sealed: string): string {
  const box = parse(sealed);
  const key = subkeyOf(ring, box.keyId, context);
  if (!key) throw failure("unknown_key");
  return decrypt(key, context, box);
}

function subkeyOf(
  ring: KeyRing,
  keyId: string,
  { purpose, organization }: SealContext,
): KeyObject | undefined {
  return ring.subkey(keyId, purpose, organization);
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
    // `final` verifies the tag and adds no text. The text must not be used before that.
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
  // Node ignores characters that are not base64url: accept only the canonical form.
  if (bytes.toString("base64url") !== text) throw failure("malformed");
  if (bytes.length < IV_BYTES + TAG_BYTES) throw failure("malformed");
  return { keyId, bytes };
}

function associatedData(keyId: string, { binding }: SealContext): Buffer {
  return Buffer.from(JSON.stringify([VERSION, keyId, ...binding]), "utf8");
}

function failure(reason: "malformed" | "unknown_key" | "not_authentic"): ServiceError {
  return new ServiceError("decryption_failed", "An encrypted value could not be decrypted.", {
    reason,
  });
}
