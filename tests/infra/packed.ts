import { execFile } from "node:child_process";
import { cp, lstat, mkdir, mkdtemp, readdir, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { ROOT } from "./root.ts";

const run = promisify(execFile);

/** An app in a folder of its own, which has installed the packed tarballs. */
export interface InstalledApp {
  readonly folder: string;
  /** Runs a program in the folder of the app, without the variables of npm and of the tests. */
  run(program: string, ...args: string[]): Promise<Finished>;
}

interface Finished {
  readonly code: number;
  readonly output: string;
}

/** Packs this repository and the client, and installs both in a copy of `fixture-app`. */
export async function installApp(): Promise<InstalledApp> {
  const home = await mkdtemp(path.join(tmpdir(), "grantkeep-app-"));
  await run(process.execPath, ["package/pack.ts", "--out", home], { cwd: ROOT });
  const client = path.join(ROOT, "clients/typescript");
  await run("npm", ["pack", "--pack-destination", home], { cwd: client });
  const tarballs = (await readdir(home)).map((name) => path.join(home, name));

  const folder = path.join(home, "bot");
  await cp(path.join(import.meta.dirname, "fixture-app"), folder, { recursive: true });
  // Without SST's CLI, whose platform `npm run sst:install` has installed for this repository.
  const quiet = ["--no-audit", "--no-fund", "--prefer-offline", "--omit=optional"];
  await run("npm", ["install", ...quiet, ...tarballs], { cwd: folder, env: cleanEnvironment() });
  await mkdir(path.join(folder, ".sst"));
  await symlink(path.join(ROOT, ".sst/platform"), path.join(folder, ".sst/platform"));
  return {
    folder,
    async run(program, ...args) {
      const options = { cwd: folder, env: cleanEnvironment() };
      try {
        const { stdout, stderr } = await run(program, args, options);
        return { code: 0, output: stdout + stderr };
      } catch (error) {
        return toFinished(error);
      }
    },
  };
}

/** Returns the bytes of all files in a folder. */
export async function sizeOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true });
  const stats = await Promise.all(entries.map((entry) => lstat(path.join(folder, entry))));
  return stats.filter((stat) => stat.isFile()).reduce((sum, { size }) => sum + size, 0);
}

function cleanEnvironment() {
  const { PATH, HOME } = process.env;
  return { PATH, HOME };
}

function toFinished(error: unknown): Finished {
  if (!(error instanceof Error && "code" in error && typeof error.code === "number")) throw error;
  const { stdout, stderr } = Object.assign({ stdout: "", stderr: "" }, error);
  return { code: error.code, output: stdout + stderr };
}
