import { open } from "node:fs/promises";
import { compactDecrypt } from "jose";
import { isFooter, requireWholeExport } from "./export-file.ts";
import { type ExportKey, readExportKey } from "./export-key.ts";

/** A compact JWE, whose header is a JSON object in base64url. */
const ENCRYPTED_PAGE = /^eyJ[\w-]*\./;

/** One installation of a file, as text. */
export interface Row {
  /** The line of the file; of an export, the number of the row. */
  readonly line: number;
  readonly text: string;
}

/**
 * The rows of a file of NDJSON or of an export, read as they are wanted.
 *
 * @throws {Error} when an export is cut off, or the key does not open it
 */
export async function* readRows(path: string, keyPath = `${path}.key`): AsyncGenerator<Row> {
  const file = await open(path).catch(() => {
    throw new Error(`${path} cannot be read.`);
  });
  try {
    let key: ExportKey | undefined;
    let line = 0;
    for await (const text of file.readLines()) {
      if (ENCRYPTED_PAGE.test(text)) {
        if (!key) await requireWholeExport(path);
        key ??= await readExportKey(keyPath);
        for (const row of await openPage(text, key)) yield { line: ++line, text: row };
      } else if (!(key && isFooter(text))) {
        line += 1;
        // A byte order mark is no part of the first row.
        const row = text.replace(/^\uFEFF/, "");
        if (row.trim() !== "") yield { line, text: row };
      }
    }
  } finally {
    await file.close();
  }
}

async function openPage(page: string, { privateKey }: ExportKey): Promise<string[]> {
  const opened = await compactDecrypt(page, privateKey).catch(() => {
    throw new Error("The key file does not open this export.");
  });
  const text = Buffer.from(opened.plaintext).toString();
  return text === "" ? [] : text.split("\n");
}
