import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

/** A small text file that is replaced atomically and readable by its owner only. */
export interface AtomicFile {
  /** Returns the text, or `undefined` if the file does not exist. */
  read(): Promise<string | undefined>;
  /**
   * Replaces the file. Writes never overlap. Calls that wait for the same write share it, and
   * `makeText` runs when that write starts, so the newest text is written.
   */
  write(makeText: () => string): Promise<void>;
}

/** Creates an atomic file at a path. Its folder is created with the first write. */
export function createAtomicFile(path: string): AtomicFile {
  let lastWrite: Promise<void> = Promise.resolve();
  let isWritePending = false;

  async function writeAfter(previous: Promise<void>, makeText: () => string): Promise<void> {
    // A failed write has already rejected for its own callers.
    await previous.catch(() => undefined);
    isWritePending = false;
    await replaceFile(path, makeText());
  }

  return {
    read: () => readIfExists(path),

    write(makeText) {
      if (!isWritePending) {
        isWritePending = true;
        lastWrite = writeAfter(lastWrite, makeText);
      }
      return lastWrite;
    },
  };
}

async function readIfExists(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

async function replaceFile(path: string, text: string): Promise<void> {
  const temporary = `${path}.tmp`;
  await mkdir(dirname(path), { recursive: true });
  await writeFile(temporary, text, { mode: 0o600 });
  await rename(temporary, path);
}
