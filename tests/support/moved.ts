import { type CryptoKey, compactDecrypt, exportJWK, generateKeyPair } from "jose";
import * as v from "valibot";
import { ExportResponse, ImportResponse } from "../../functions/invoke/responses.ts";
import { invoke, type TestStack } from "./stack.ts";

/** The key pair of an export: the public half is sent, the private half decrypts. */
export interface ExportKey {
  readonly publicKey: object;
  readonly privateKey: CryptoKey;
}

export async function createExportKey(): Promise<ExportKey> {
  const pair = await generateKeyPair("ECDH-ES", { crv: "X25519", extractable: true });
  return { publicKey: await exportJWK(pair.publicKey), privateKey: pair.privateKey };
}

/** Invokes `export` once. Returns the response, and its rows decrypted. */
export async function exportPage(stack: TestStack, key: ExportKey, after?: string) {
  const answer = await invoke(stack, "export", {
    public_key: key.publicKey,
    ...(after !== undefined && { after }),
  });
  if (!answer.ok) throw new Error(`The export failed: ${answer.error}`);
  const { jwe, ...exported } = v.parse(ExportResponse, answer.answer);
  const { plaintext, protectedHeader } = await compactDecrypt(jwe, key.privateKey);
  const ndjson = Buffer.from(plaintext).toString();
  const rows = ndjson === "" ? [] : ndjson.split("\n").map((line) => JSON.parse(line));
  return { ...exported, jwe, protectedHeader, ndjson, content: rows };
}

/** Invokes `import` with rows, or with unchanged text. */
export async function importRows(
  stack: TestStack,
  rows: readonly object[] | string,
  options: { verify?: boolean; dry_run?: boolean } = {},
): Promise<ImportResponse> {
  const ndjson =
    typeof rows === "string" ? rows : rows.map((row) => JSON.stringify(row)).join("\n");
  const answer = await invoke(stack, "import", { ndjson, ...options });
  if (!answer.ok) throw new Error(`The import failed: ${answer.error}`);
  return v.parse(ImportResponse, answer.answer);
}
