import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { type Account, findAccount, giveTo } from "./account.ts";
import { initCluster } from "./cluster.ts";
import { stopOrphan } from "./orphan.ts";
import { findPrograms, type Progress, programsIn } from "./programs.ts";
import { startServer } from "./server.ts";

export interface PostgresOptions {
  /** Keeps the data between runs. Default: a temporary folder that is deleted at the stop. */
  readonly dataDir?: string;
  /** The password of the superuser. Required for a data folder, which keeps its first password. */
  readonly password?: string;
  readonly onProgress?: Progress;
  /** The folder of `initdb` and `postgres`. Default: those of npm. */
  readonly binFolder?: string;
  /** Settings of PostgreSQL, e.g. `log_statement`. */
  readonly settings?: Readonly<Record<string, string>>;
}

export interface LocalPostgres {
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts PostgreSQL, by default 18 as installed by npm, on a free port of loopback. */
export async function startPostgres(options: PostgresOptions = {}): Promise<LocalPostgres> {
  const { dataDir, password } = options;
  const account = await findAccount();
  if (dataDir === undefined) return startTemporary(account, options);
  if (password === undefined) {
    throw new Error("A persistent data folder needs a constant password.");
  }
  return start(account, path.resolve(dataDir), password, options);
}

async function startTemporary(
  account: Account | undefined,
  options: PostgresOptions,
): Promise<LocalPostgres> {
  const { password = randomBytes(16).toString("hex") } = options;
  const folder = await mkdtemp(path.join(tmpdir(), "grantkeep-data-"));
  const discard = () => rm(folder, { recursive: true, force: true });
  try {
    await giveTo(account, folder);
    const { url, stop } = await start(account, path.join(folder, "data"), password, options);
    return { url, stop: () => stop().finally(discard) };
  } catch (error) {
    await discard();
    throw error;
  }
}

async function start(
  account: Account | undefined,
  dataDir: string,
  password: string,
  { binFolder, settings = {}, onProgress = () => {} }: PostgresOptions,
): Promise<LocalPostgres> {
  const programs = binFolder ? programsIn(binFolder) : await findPrograms(account, onProgress);
  const cluster = { programs, account, dataDir };
  await stopOrphan(cluster, onProgress);
  await initCluster(cluster, password, onProgress);
  const { port, stop } = await startServer(cluster, settings);
  const credentials = `postgres:${encodeURIComponent(password)}`;
  return { url: `postgres://${credentials}@127.0.0.1:${port}/postgres`, stop };
}
