import { type FileHandle, open } from "node:fs/promises";
import { compactDecrypt } from "jose";
import { isFooter, requireWholeExport } from "./export-file.ts";
import { type ExportKey, readExportKey } from "./export-key.ts";

/** Twice the size of one call. A longer line means that the file is not NDJSON. */
const MAX_LINE_LENGTH = 8_000_000;

/** A compact JWE, whose header is a JSON object in base64url. */
const ENCRYPTED_PAGE = /^eyJ[\w-]*\./;

/** One installation in a file, as text. */
export interface Row {
  /** The number of the line; in an export, the number of the row. */
  readonly line: number;
  readonly text: string;
}

/**
 * Reads the rows of an NDJSON file or of an export, one by one.
 *
 * @throws {Error} if an export is incomplete, or the key does not decrypt it
 */
export async function* readRows(path: string, keyPath = `${path}.key`): AsyncGenerator<Row> {
  const file = await open(path).catch(() => {
    throw new Error(`${path} cannot be read.`);
  });
  try {
    let key: ExportKey | undefined;
    let line = 0;
    for await (const text of linesOf(file)) {
      if (ENCRYPTED_PAGE.test(text)) {
        if (!key) await requireWholeExport(path);
        key ??= await readExportKey(keyPath);
        for (const row of await openPage(text.trimEnd(), key)) yield { line: ++line, text: row };
      } else if (!(key && isFooter(text))) {
        line += 1;
        // A byte order mark does not belong to the first row.
        const row = text.replace(/^\uFEFF/, "");
        if (row.trim() !== "") yield { line, text: row };
      }
    }
  } finally {
    await file.close();
  }
}

/** Reads lines without reading ahead, unlike `readLines`, which buffers a thousand lines of any length. */
async function* linesOf(file: FileHandle): AsyncGenerator<string> {
  let rest = "";
  for await (const chunk of file.createReadStream({ encoding: "utf8", autoClose: false })) {
    const [first = "", ...others] = String(chunk).split("\n");
    rest += first;
    for (const line of others) {
      yield rest;
      rest = line;
    }
    if (rest.length > MAX_LINE_LENGTH) throw new Error("A line is longer than 8 MB.");
  }
  if (rest !== "") yield rest;
}

async function openPage(page: string, { privateKey }: ExportKey): Promise<string[]> {
  const opened = await compactDecrypt(page, privateKey).catch(() => {
    throw new Error("The key file does not decrypt this export.");
  });
  const text = Buffer.from(opened.plaintext).toString();
  return text === "" ? [] : text.split("\n");
}
