import { readFile } from "node:fs/promises";
import {
  type CryptoKey,
  calculateJwkThumbprint,
  exportJWK,
  generateKeyPair,
  importJWK,
} from "jose";
import * as v from "valibot";
import { ExportPublicKey } from "../../functions/invoke/requests/export.ts";

/** The content of a key file: the key pair that an export is encrypted for, as a JWK. */
const KeyDocument = v.strictObject({ ...ExportPublicKey.entries, d: v.string() });

export interface ExportKey {
  /** The half that the function receives. */
  readonly publicKey: ExportPublicKey;
  readonly privateKey: CryptoKey | Uint8Array;
  /** The RFC 7638 thumbprint, by which the log of the function names the key. */
  readonly thumbprint: string;
}

/** Creates a key pair, and the content of its key file. */
export async function createExportKey(): Promise<{ key: ExportKey; document: string }> {
  const pair = await generateKeyPair("ECDH-ES", { crv: "X25519", extractable: true });
  const document = JSON.stringify(await exportJWK(pair.privateKey));
  return { key: await toExportKey(v.parse(KeyDocument, JSON.parse(document))), document };
}

/**
 * Reads a key file.
 *
 * @throws {Error} with a message that does not quote the file
 */
export async function readExportKey(path: string): Promise<ExportKey> {
  const text = await readFile(path, "utf8").catch(() => {
    throw new Error(`The key file ${path} cannot be read.`);
  });
  const document = v.safeParse(v.pipe(v.string(), v.parseJson(), KeyDocument), text);
  if (!document.success) throw new Error(`${path} is not the key file of an export.`);
  return toExportKey(document.output);
}

async function toExportKey({ d, ...publicKey }: v.InferOutput<typeof KeyDocument>) {
  return {
    publicKey,
    privateKey: await importJWK({ ...publicKey, d }, "ECDH-ES"),
    thumbprint: await calculateJwkThumbprint(publicKey),
  };
}
