import { createHash } from "node:crypto";
import { access, mkdir, readFile, rename, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { isPrivateFolder } from "./private-folder.ts";

/** The files that local mode keeps between runs. */
export interface DataFolder {
  readonly path: string;
  readonly database: string;
  readonly platforms: string;
  readonly logs: string;
  /** Returns whether a file or folder of this name is in it. */
  has(name: string): Promise<boolean>;
  /** Returns the text of a file, which `create` provides on the first call. Only the owner can read it. */
  keep(name: string, create: () => Promise<string>): Promise<string>;
  /** Returns the text of a file, if there is one. */
  read(name: string): Promise<string | undefined>;
  /** Replaces the text of a file atomically. */
  replace(name: string, text: string): Promise<void>;
  /** Returns when a file was created or last replaced. */
  changedAt(name: string): Promise<Date>;
}

/**
 * Opens the data folder of a checkout: `.grantkeep` in it. For root it is a folder in the temporary folder of
 * the system, since PostgreSQL then runs as another user, who may have no access to the checkout.
 */
export async function openDataFolder(checkout: string): Promise<DataFolder> {
  const folder = await createFolder(checkout);
  return {
    path: folder,
    database: path.join(folder, "postgres"),
    platforms: path.join(folder, "platforms.json"),
    logs: path.join(folder, "logs.ndjson"),
    has: (name) => exists(path.join(folder, name)),
    keep: (name, create) => keep(path.join(folder, name), create),
    read: (name) => readFile(path.join(folder, name), "utf8").catch(() => undefined),
    replace: (name, text) => replace(path.join(folder, name), text),
    changedAt: async (name) => (await stat(path.join(folder, name))).mtime,
  };
}

/** Returns the data folder of a checkout, or `undefined` if local mode has not run there yet. */
export async function findDataFolder(checkout: string): Promise<string | undefined> {
  const folder = toPath(checkout);
  if (isRoot()) return (await isPrivateFolder(folder, 0)) ? folder : undefined;
  return (await exists(folder)) ? folder : undefined;
}

function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

async function createFolder(checkout: string): Promise<string> {
  const folder = toPath(checkout);
  if (!isRoot()) {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return folder;
  }
  await mkdir(folder, { mode: 0o711 }).catch(() => {});
  if (!(await isPrivateFolder(folder, 0)))
    throw new Error(`Could not create the folder ${folder}.`);
  return folder;
}

function toPath(checkout: string): string {
  if (!isRoot()) return path.join(checkout, ".grantkeep");
  const name = createHash("sha256").update(checkout).digest("hex").slice(0, 12);
  return path.join(tmpdir(), `grantkeep-${name}`);
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}

async function keep(file: string, create: () => Promise<string>): Promise<string> {
  const kept = await readFile(file, "utf8").catch(() => undefined);
  if (kept !== undefined) return kept;
  // `wx` keeps a file that another process created meanwhile, and may have encrypted with.
  await writeFile(file, await create(), { mode: 0o600, flag: "wx" }).catch(() => {});
  return readFile(file, "utf8");
}

async function replace(file: string, text: string): Promise<void> {
  const next = `${file}.next`;
  await writeFile(next, text, { mode: 0o600, flush: true });
  await rename(next, file);
}
