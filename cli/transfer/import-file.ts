import { type FileHandle, open } from "node:fs/promises";
import { compactDecrypt } from "jose";
import { parseFooter, requireFooter } from "./export-file.ts";
import { type ExportKey, readExportKey } from "./export-key.ts";

/** Twice the size of one call. A longer line means that the file is not NDJSON. */
const MAX_LINE_LENGTH = 8_000_000;

/** A compact JWE, whose header is a JSON object in base64url. */
const ENCRYPTED_PAGE = /^eyJ[\w-]*\./;

/** One installation in a file, as text. */
export interface Row {
  /** The number of the line; in an export, the number of the row; in a folder, the number of the file. */
  readonly line: number;
  /** The file of the row, if each row has a file of its own. */
  readonly source?: string;
  readonly text: string;
}

/**
 * Reads the rows of an NDJSON file or of an export, one by one.
 *
 * @throws {Error} if a file has no rows, an export is incomplete, or the key does not decrypt it
 */
export async function* readRows(path: string, keyPath = `${path}.key`): AsyncGenerator<Row> {
  const file = await openFile(path);
  try {
    let key: ExportKey | undefined;
    let line = 0;
    let isEmpty = true;
    for await (const text of linesOf(file)) {
      if (ENCRYPTED_PAGE.test(text)) {
        key ??= await openWholeExport(path, keyPath);
        for (const row of await openPage(text.trimEnd(), key)) yield { line: ++line, text: row };
      } else if (!(key && parseFooter(text) !== undefined)) {
        line += 1;
        // A byte order mark does not belong to the first row.
        const row = text.replace(/^\uFEFF/, "");
        if (row.trim() === "") continue;
        isEmpty = false;
        yield { line, text: row };
      }
    }
    if (isEmpty && !key) throw new Error(`${path} contains no installations.`);
  } finally {
    await file.close();
  }
}

async function openFile(path: string): Promise<FileHandle> {
  const file = await open(path).catch(() => {
    throw new Error(`${path} cannot be read.`);
  });
  if (!(await file.stat()).isDirectory()) return file;
  await file.close();
  throw new Error(`${path} is a folder, not a file.`);
}

/**
 * Returns the key of an export, after all of it was read: nothing may be imported from an export that lacks a
 * page.
 *
 * @throws {Error} if a page or the last line is missing, or the key does not decrypt it
 */
async function openWholeExport(path: string, keyPath: string): Promise<ExportKey> {
  await requireFooter(path);
  const key = await readExportKey(keyPath);
  const file = await openFile(path);
  try {
    let rows = 0;
    for await (const text of linesOf(file)) {
      if (ENCRYPTED_PAGE.test(text)) rows += (await openPage(text.trimEnd(), key)).length;
      const expected = parseFooter(text);
      if (expected === undefined) continue;
      if (rows !== expected) throw new Error(describeMissing(path, rows, expected));
      // Another export may follow in the same file.
      rows = 0;
    }
    return key;
  } finally {
    await file.close();
  }
}

function describeMissing(path: string, rows: number, expected: number): string {
  return (
    `${path} is incomplete: it contains ${rows} installations, and its last line says ${expected}. ` +
    "Nothing was imported. Export again."
  );
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
