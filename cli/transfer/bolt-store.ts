import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import type { Row } from "./import-file.ts";

/** Holds the newest installation of one team or enterprise, beside older ones and those of its users. */
const NEWEST = "app-latest";

/** Follows the name of the base folder in the folder of a workspace that belongs to no enterprise. */
const WORKSPACE = /^T[A-Z0-9]+$/;

/** The name of a folder in the base folder: of an enterprise, or of a workspace with what is before its id. */
const IN_BASE = /(?:^E|T)[A-Z0-9]+$/;

/**
 * Reads the installations in the file store of `@slack/oauth`, one by one. The store puts a workspace beside its
 * base folder, since it appends the id to the path: `baseT0ACME`. What belongs to an enterprise is in the base
 * folder, as `base/E0GRID` and `base/E0GRID-T0ACME`. With a client ID, the base folder is `base/<client id>`.
 *
 * @throws {Error} if there is no installation
 */
export async function* readBoltStore(base: string): AsyncGenerator<Row> {
  const folder = path.resolve(base);
  const files = await findInstallations(folder);
  if (files.length === 0) {
    throw new Error(`${base} is neither a file nor the folder of a Bolt file store.`);
  }
  for (const [index, file] of files.entries()) {
    const text = await readFile(file, "utf8");
    yield { line: index + 1, source: path.relative(path.dirname(folder), file), text };
  }
}

async function findInstallations(folder: string): Promise<string[]> {
  const parent = path.dirname(folder);
  const name = path.basename(folder);
  const workspaces = (await foldersIn(parent)).filter(
    (sibling) => sibling.startsWith(name) && WORKSPACE.test(sibling.slice(name.length)),
  );
  const inside = await foldersIn(folder);
  const ofClients = await Promise.all(
    inside.map(async (client) =>
      (await foldersIn(path.join(folder, client))).map((one) => path.join(client, one)),
    ),
  );
  const candidates = [
    ...workspaces.map((one) => path.join(parent, one)),
    ...[...inside, ...ofClients.flat()]
      .filter((one) => IN_BASE.test(path.basename(one)))
      .map((one) => path.join(folder, one)),
  ];
  const found = await Promise.all(candidates.map(hasNewest));
  return candidates
    .filter((_, index) => found[index])
    .map((one) => path.join(one, NEWEST))
    .sort();
}

async function foldersIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

async function hasNewest(folder: string): Promise<boolean> {
  const names = await readdir(folder).catch((): string[] => []);
  return names.includes(NEWEST);
}
