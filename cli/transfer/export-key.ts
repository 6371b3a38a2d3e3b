import { readFile } from "node:fs/promises";
import {
  type CryptoKey,
  calculateJwkThumbprint,
  exportJWK,
  generateKeyPair,
  importJWK,
} from "jose";
import * as v from "valibot";

/** The key pair that an export is encrypted for, as its file holds it. */
const KeyDocument = v.strictObject({
  kty: v.literal("OKP"),
  crv: v.literal("X25519"),
  x: v.string(),
  d: v.string(),
});

export interface ExportKey {
  /** The half that may be sent. */
  readonly publicKey: { readonly kty: string; readonly crv: string; readonly x: string };
  readonly privateKey: CryptoKey | Uint8Array;
  /** What the log of the function calls the key (RFC 7638). */
  readonly thumbprint: string;
}

/** Makes a key pair, and the text of its file. */
export async function createExportKey(): Promise<{ key: ExportKey; document: string }> {
  const pair = await generateKeyPair("ECDH-ES", { crv: "X25519", extractable: true });
  const document = JSON.stringify(await exportJWK(pair.privateKey));
  return { key: await toExportKey(v.parse(KeyDocument, JSON.parse(document))), document };
}

/** @throws {Error} that quotes nothing of the file */
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
