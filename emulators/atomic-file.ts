import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

/** A small file that is only ever seen whole, and that only its owner can read. */
export interface AtomicFile {
  /** `undefined` if there is no such file yet. */
  read(): Promise<string | undefined>;
  /**
   * Replaces the file. Writes never overlap, and calls that wait for the same turn share it: the
   * text is made when the turn comes, so it is the newest.
   */
  write(makeText: () => string): Promise<void>;
}

/** The file at a path, whose folder is made when it is first needed. */
export function createAtomicFile(path: string): AtomicFile {
  let last: Promise<void> = Promise.resolve();
  let isTurnPending = false;

  async function takeTurn(previous: Promise<void>, makeText: () => string): Promise<void> {
    // A write that failed has told its own callers; the next one may well succeed.
    await previous.catch(() => undefined);
    isTurnPending = false;
    await replaceFile(path, makeText());
  }

  return {
    read: () => readIfExists(path),

    write(makeText) {
      if (!isTurnPending) {
        isTurnPending = true;
        last = takeTurn(last, makeText);
      }
      return last;
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
