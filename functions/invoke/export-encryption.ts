import { CompactEncrypt, calculateJwkThumbprint, importJWK } from "jose";
import { ServiceError } from "../../core/errors.ts";
import type { ExportPublicKey } from "./requests/export.ts";

interface EncryptedExport {
  /** The text as compact JWE. */
  readonly jwe: string;
  /** The RFC 7638 thumbprint of the public key. */
  readonly recipient: string;
}

/**
 * Encrypts a text for the holder of a key pair, under a content key that is agreed on for this text only.
 *
 * @throws {ServiceError} `invalid_request` for a public key of small order, with which the agreed key is not secret
 * @see RFC 7518, section 4.6 (ECDH-ES)
 */
export async function encryptExport(
  text: string,
  publicKey: ExportPublicKey,
): Promise<EncryptedExport> {
  const recipient = await calculateJwkThumbprint(publicKey);
  try {
    const jwe = await new CompactEncrypt(Buffer.from(text))
      .setProtectedHeader({ alg: "ECDH-ES", enc: "A256GCM", kid: recipient })
      .encrypt(await importJWK(publicKey, "ECDH-ES"));
    return { jwe, recipient };
  } catch {
    throw new ServiceError("invalid_request", "public_key is not a usable X25519 key.");
  }
}
