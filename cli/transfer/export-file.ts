import { rmSync } from "node:fs";
import { access, open, rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import * as v from "valibot";
import { isErrno } from "../../local/errno.ts";

/** Longer than the last line of an export. */
const TAIL_BYTES = 200;

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** The last line of an export. A file without it is incomplete. */
const Footer = v.pipe(v.string(), v.parseJson(), v.strictObject({ rows: v.number() }));

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
  /** Deletes the file unless it is complete. */
  discard(): Promise<void>;
}

/**
 * Creates an export file that only its owner can read. It has another name until it is finished, and is deleted
 * if a signal ends the process.
 *
 * @throws {Error} if the file exists, cannot be created, or is being written by another export
 */
export async function createExportFile(path: string): Promise<ExportWriter> {
  await requireAbsent(path);
  const partial = `${path}.partial`;
  const file = await open(partial, "wx", 0o600).catch((error: unknown) => {
    throw new Error(describeRefusal(partial, error));
  });
  const ignoreSignals = deleteOnSignal(partial);
  let isComplete = false;
  return {
    async write(page) {
      await file.appendFile(`${page}\n`);
    },

    async finish(rows, newKey) {
      await file.appendFile(`${JSON.stringify({ rows })}\n`);
      await file.sync();
      if (newKey) await writeFile(newKey.path, newKey.document, { mode: 0o600, flag: "wx" });
      isComplete = true;
      ignoreSignals();
      await giveName(partial, path);
    },

    async discard() {
      ignoreSignals();
      await file.close();
      if (!isComplete) await rm(partial, { force: true });
    },
  };
}

/**
 * Renames a complete file, and never replaces another one. Links of files would do that in one step, but some
 * file systems, such as exFAT, have none.
 *
 * @throws {Error} if the name was taken meanwhile
 */
async function giveName(partial: string, path: string): Promise<void> {
  const placeholder = await open(path, "wx", 0o600).catch((cause: unknown) => {
    const reason = isErrno(cause, "EEXIST") ? "exists already" : "cannot be created";
    throw new Error(`${path} ${reason}. The export is complete, in ${partial}.`, { cause });
  });
  await placeholder.close();
  await rename(partial, path);
}

/** Deletes a file when a signal ends the process. Returns a function that stops this. */
function deleteOnSignal(path: string): () => void {
  const end = (signal: NodeJS.Signals) => {
    rmSync(path, { force: true });
    stop();
    process.kill(process.pid, signal);
  };
  const stop = () => {
    for (const signal of SIGNALS) process.off(signal, end);
  };
  for (const signal of SIGNALS) process.on(signal, end);
  return stop;
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
 * Reads the end of an export.
 *
 * @throws {Error} if the last line is missing
 */
export async function requireFooter(path: string): Promise<void> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const start = Math.max(0, size - TAIL_BYTES);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(TAIL_BYTES), { position: start });
    const last = buffer.toString("utf8", 0, bytesRead).trimEnd().split("\n").at(-1) ?? "";
    if (parseFooter(last) !== undefined) return;
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

/** Returns the number of rows in the last line of an export, or `undefined` for another line. */
export function parseFooter(line: string): number | undefined {
  const footer = v.safeParse(Footer, line);
  return footer.success ? footer.output.rows : undefined;
}
