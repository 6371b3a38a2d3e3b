import { createHash } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { isPrivateFolder } from "./private-folder.ts";

/** What local mode keeps between runs. */
export interface DataFolder {
  readonly database: string;
  readonly platforms: string;
  /** A text that is made when it is first asked for, and then stays; readable by its owner alone. */
  keep(name: string, make: () => Promise<string>): Promise<string>;
  /** Puts another text in the place of one that is kept; a crash leaves the one or the other, whole. */
  replace(name: string, text: string): Promise<void>;
}

/**
 * Opens the folder of this checkout: `.grantkeep` in it, or for root a folder under the system's temporary
 * one, since PostgreSQL runs as another user then, who may not reach the checkout.
 */
export async function openDataFolder(checkout: string): Promise<DataFolder> {
  const folder = await makeFolder(checkout);
  return {
    database: path.join(folder, "postgres"),
    platforms: path.join(folder, "platforms.json"),
    keep: (name, make) => keep(path.join(folder, name), make),
    replace: (name, text) => replace(path.join(folder, name), text),
  };
}

async function makeFolder(checkout: string): Promise<string> {
  if (process.getuid?.() !== 0) {
    const folder = path.join(checkout, ".grantkeep");
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return folder;
  }
  const name = createHash("sha256").update(checkout).digest("hex").slice(0, 12);
  const folder = path.join(tmpdir(), `grantkeep-${name}`);
  await mkdir(folder, { mode: 0o711 }).catch(() => {});
  if (!(await isPrivateFolder(folder, 0))) throw new Error(`${folder} could not be made`);
  return folder;
}

async function keep(file: string, make: () => Promise<string>): Promise<string> {
  const kept = await readFile(file, "utf8").catch(() => undefined);
  if (kept !== undefined) return kept;
  // `wx` leaves a file alone that came meanwhile: what was sealed by it must open again.
  await writeFile(file, await make(), { mode: 0o600, flag: "wx" }).catch(() => {});
  return readFile(file, "utf8");
}

async function replace(file: string, text: string): Promise<void> {
  const next = `${file}.next`;
  await writeFile(next, text, { mode: 0o600, flush: true });
  await rename(next, file);
}
