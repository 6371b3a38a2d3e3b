import { access, mkdir, mkdtemp, readdir, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { isErrno } from "../errno.ts";
import { type Account, giveTo, runAs } from "./account.ts";
import type { Programs, Progress } from "./programs.ts";

/** What `initdb` and the server put into a data folder. */
const CLUSTER_ENTRY = /^(?:base|global|PG_VERSION|(?:pg_|postgresql\.|postmaster\.).+)$/;

/** What the name of a draft has after that of its data folder. */
const DRAFT = ".initdb-";

/** A data folder, with the programs that run it and the user who runs them. */
export interface Cluster {
  readonly programs: Programs;
  readonly account: Account | undefined;
  readonly dataDir: string;
}

/** Runs `initdb` for the superuser `postgres`, unless the data folder is complete already. */
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
  // Made aside and renamed, so that what is interrupted is never taken for a database.
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
    const advice = `choose a data folder under ${tmpdir()}`;
    throw new Error(
      `User ${account.uid}, as whom PostgreSQL runs, cannot enter ${parent}: ${advice}`,
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
  const stranger = entries.find((entry) => !CLUSTER_ENTRY.test(entry));
  if (stranger) throw new Error(`${dataDir} is no data folder of PostgreSQL: it has ${stranger}`);
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

/** Removes this draft, and those of runs that were killed. */
async function removeDrafts(dataDir: string): Promise<void> {
  const parent = path.dirname(dataDir);
  const prefix = `${path.basename(dataDir)}${DRAFT}`;
  const drafts = (await readdir(parent)).filter((name) => name.startsWith(prefix));
  // The initdb of a run that was killed may still be writing there.
  const patience = { maxRetries: 10, retryDelay: 100 };
  await Promise.all(
    drafts.map((name) =>
      rm(path.join(parent, name), { recursive: true, force: true, ...patience }),
    ),
  );
}
