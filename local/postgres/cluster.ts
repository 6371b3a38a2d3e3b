import { access, mkdir, mkdtemp, readdir, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { isErrno } from "../errno.ts";
import { type Account, giveTo, runAs } from "./account.ts";
import type { Programs, Progress } from "./programs.ts";

/** The names of the files that `initdb` and the server create in a data folder. */
const CLUSTER_ENTRY = /^(?:base|global|PG_VERSION|(?:pg_|postgresql\.|postmaster\.).+)$/;

/** Follows the name of the data folder in the name of a draft. */
const DRAFT = ".initdb-";

/** A data folder, the programs that use it and the user that runs them. */
export interface Cluster {
  readonly programs: Programs;
  readonly account: Account | undefined;
  readonly dataDir: string;
}

/** Runs `initdb` with the superuser `postgres`, unless the data folder is complete. */
export async function initCluster(
  cluster: Cluster,
  password: string,
  onProgress: Progress,
): Promise<void> {
  const { dataDir } = cluster;
  await mkdir(path.dirname(dataDir), { recursive: true });
  await assertReachable(cluster);
  if (await isComplete(dataDir)) return;

  onProgress(`Creating a PostgreSQL data folder in ${dataDir}`);
  await removeUnfinished(dataDir);
  // Created elsewhere and renamed, so that an interrupted run leaves no incomplete data folder.
  const draft = await mkdtemp(`${dataDir}${DRAFT}`);
  try {
    await runInitdb(cluster, password, draft);
    await rename(path.join(draft, "data"), dataDir);
  } finally {
    await removeDrafts(dataDir);
  }
}

async function assertReachable({ account, dataDir }: Cluster): Promise<void> {
  if (!account) return;
  const parent = path.dirname(dataDir);
  await runAs(account, "/bin/sh", ["-c", 'test -x "$0"', parent]).catch((cause: unknown) => {
    throw new Error(
      `PostgreSQL runs as user ${account.uid}, who cannot enter ${parent}. Use a data folder in ${tmpdir()}.`,
      { cause },
    );
  });
}

async function isComplete(dataDir: string): Promise<boolean> {
  const files = ["PG_VERSION", "global/pg_control"].map((name) => path.join(dataDir, name));
  return Promise.all(files.map((file) => access(file))).then(
    () => true,
    () => false,
  );
}

async function removeUnfinished(dataDir: string): Promise<void> {
  const entries = await readdir(dataDir).catch((error: unknown) => {
    if (isErrno(error, "ENOENT")) return [];
    throw error;
  });
  const foreign = entries.find((entry) => !CLUSTER_ENTRY.test(entry));
  if (foreign) throw new Error(`${dataDir} is not a data folder of PostgreSQL: it has ${foreign}.`);
  await rm(dataDir, { recursive: true, force: true });
}

async function runInitdb(
  { programs, account }: Cluster,
  password: string,
  draft: string,
): Promise<void> {
  const passwordFile = path.join(draft, "password");
  await writeFile(passwordFile, password, { mode: 0o600 });
  await giveTo(account, passwordFile);
  await giveTo(account, draft);
  await runAs(account, programs.initdb, [
    `--pgdata=${path.join(draft, "data")}`,
    "--username=postgres",
    `--pwfile=${passwordFile}`,
    "--auth=scram-sha-256",
    "--encoding=UTF8",
    "--locale=C",
    "--no-sync",
    "--no-instructions",
  ]);
}

/** Removes the draft, and the drafts of runs that were killed. */
async function removeDrafts(dataDir: string): Promise<void> {
  const parent = path.dirname(dataDir);
  const prefix = `${path.basename(dataDir)}${DRAFT}`;
  const drafts = (await readdir(parent)).filter((name) => name.startsWith(prefix));
  // The initdb of a killed run may still write to its draft.
  const retries = { maxRetries: 10, retryDelay: 100 };
  await Promise.all(
    drafts.map((name) => rm(path.join(parent, name), { recursive: true, force: true, ...retries })),
  );
}
