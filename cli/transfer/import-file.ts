import { type FileHandle, open } from "node:fs/promises";
import { compactDecrypt } from "jose";
import { isFooter, requireWholeExport } from "./export-file.ts";
import { type ExportKey, readExportKey } from "./export-key.ts";

/** Twice what one call takes: what is longer is no line, but a file of something else. */
const MAX_LINE_LENGTH = 8_000_000;

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
    for await (const text of linesOf(file)) {
      if (ENCRYPTED_PAGE.test(text)) {
        if (!key) await requireWholeExport(path);
        key ??= await readExportKey(keyPath);
        for (const row of await openPage(text.trimEnd(), key)) yield { line: ++line, text: row };
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

/** Unlike `readLines`, which reads a thousand lines ahead, however long they are. */
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
    throw new Error("The key file does not open this export.");
  });
  const text = Buffer.from(opened.plaintext).toString();
  return text === "" ? [] : text.split("\n");
}
