import { access, link, open, rm, writeFile } from "node:fs/promises";
import * as v from "valibot";

/** Longer than the last line of an export. */
const TAIL_BYTES = 200;

/** The last line of an export: without it, the file is cut off. */
const Footer = v.strictObject({ rows: v.number() });

/** The file of a key pair that was made for an export: without it, the export is of no use. */
export interface NewKey {
  readonly path: string;
  readonly document: string;
}

/** An export that is being written: one encrypted page a line, then how many rows they hold. */
export interface ExportWriter {
  write(page: string): Promise<void>;
  /** Makes the file appear, whole, under its name, and beside it a new key file if there is one. */
  finish(rows: number, newKey?: NewKey): Promise<void>;
  /** Leaves nothing behind but what is finished. */
  discard(): Promise<void>;
}

/**
 * Starts an export file, which only its owner can read. Until it is whole it has another name.
 *
 * @throws {Error} when there is a file of this name, or an export under way
 */
export async function createExportFile(path: string): Promise<ExportWriter> {
  await requireAbsent(path);
  const partial = `${path}.partial`;
  const file = await open(partial, "wx", 0o600).catch(() => {
    throw new Error(`${partial} cannot be made. If no other export writes it, remove it.`);
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

/** @throws {Error} when there is a file of this name: nothing is ever replaced */
export async function requireAbsent(path: string): Promise<void> {
  const isThere = await access(path).then(
    () => true,
    () => false,
  );
  if (isThere) throw new Error(`There is a file ${path} already.`);
}

/**
 * Makes sure that an export is whole, before anything of it is used.
 *
 * @throws {Error}
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
  throw new Error(`${path} is cut off: its last line is missing.`);
}

/** Whether a line is the last one of an export. */
export function isFooter(line: string): boolean {
  return v.is(v.pipe(v.string(), v.parseJson(), Footer), line);
}
