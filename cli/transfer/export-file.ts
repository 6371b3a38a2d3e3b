import { access, link, open, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import * as v from "valibot";
import { isErrno } from "../../local/errno.ts";

/** Longer than the last line of an export. */
const TAIL_BYTES = 200;

/** The last line of an export. A file without it is incomplete. */
const Footer = v.strictObject({ rows: v.number() });

/** The key file that was created for an export. */
export interface NewKey {
  readonly path: string;
  readonly document: string;
}

/** Writes an export: one encrypted page a line, then the number of rows in all of them. */
export interface ExportWriter {
  write(page: string): Promise<void>;
  /** Completes the file and gives it its name. Writes the new key file, if there is one. */
  finish(rows: number, newKey?: NewKey): Promise<void>;
  /** Deletes the file unless it is finished. */
  discard(): Promise<void>;
}

/**
 * Creates an export file that only its owner can read. It has another name until it is finished.
 *
 * @throws {Error} if the file exists, cannot be created, or is being written by another export
 */
export async function createExportFile(path: string): Promise<ExportWriter> {
  await requireAbsent(path);
  const partial = `${path}.partial`;
  const file = await open(partial, "wx", 0o600).catch((error: unknown) => {
    throw new Error(describeRefusal(partial, error));
  });
  return {
    async write(page) {
      await file.appendFile(`${page}\n`);
    },

    async finish(rows, newKey) {
      await file.appendFile(`${JSON.stringify({ rows })}\n`);
      await file.sync();
      if (newKey) await writeFile(newKey.path, newKey.document, { mode: 0o600, flag: "wx" });
      // Unlike a rename, a link never replaces a file.
      await link(partial, path);
    },

    async discard() {
      await file.close();
      await rm(partial, { force: true });
    },
  };
}

/** @throws {Error} if the file exists: an export does not replace files */
export async function requireAbsent(path: string): Promise<void> {
  const isThere = await access(path).then(
    () => true,
    () => false,
  );
  if (isThere) throw new Error(`${path} exists already.`);
}

/**
 * Reads the end of an export, before anything in it is imported.
 *
 * @throws {Error} if the last line is missing
 */
export async function requireWholeExport(path: string): Promise<void> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const start = Math.max(0, size - TAIL_BYTES);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(TAIL_BYTES), { position: start });
    const last = buffer.toString("utf8", 0, bytesRead).trimEnd().split("\n").at(-1) ?? "";
    if (isFooter(last)) return;
  } finally {
    await file.close();
  }
  throw new Error(`${path} is incomplete: its last line is missing.`);
}

function describeRefusal(partial: string, error: unknown): string {
  if (isErrno(error, "EEXIST")) {
    return `${partial} exists. Delete it, unless another export is running.`;
  }
  if (isErrno(error, "ENOENT")) return `The folder ${dirname(partial)} does not exist.`;
  return `${partial} cannot be written.`;
}

/** Returns whether a line is the last one of an export. */
export function isFooter(line: string): boolean {
  return v.is(v.pipe(v.string(), v.parseJson(), Footer), line);
}
