import { once } from "node:events";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import postgres from "postgres";
import { findAccount } from "../../local/postgres/account.ts";
import { initCluster } from "../../local/postgres/cluster.ts";
import { stopOrphan } from "../../local/postgres/orphan.ts";
import { findPrograms } from "../../local/postgres/programs.ts";
import { findFreePort, type Server, startServer } from "../../local/postgres/server.ts";

const PASSWORD = "own-postgres-password-canary";

/** Commits must survive `kill -9`, for which the cache of the system is enough. */
const DURABLE = { synchronous_commit: "on" };

const MAX_STARTS = 5;

export interface OwnPostgresOptions {
  readonly settings?: Readonly<Record<string, string>>;
  /** Is given what the server logs. */
  readonly onLog?: (text: string) => void;
}

/** A PostgreSQL server that a test may do anything to, on one port and one data folder throughout. */
export interface OwnPostgres {
  readonly url: string;
  readonly password: string;
  /** A folder that the server can write to, and that goes with it. */
  readonly folder: string;
  /** Stops all processes of the server where they are. */
  freeze(): Promise<void>;
  /** Lets them go on. */
  thaw(): void;
  /** Ends the server as `kill -9` does, and waits until it is gone. */
  kill(): Promise<void>;
  /** Ends the server in order. */
  shutDown(): Promise<void>;
  /** Starts the server again, with its data. */
  start(): Promise<void>;
  /** Ends the server and removes its data. */
  stop(): Promise<void>;
}

/** Starts a server for a test file alone. */
export async function startOwnPostgres(options: OwnPostgresOptions = {}): Promise<OwnPostgres> {
  const { settings = {}, onLog } = options;
  const account = await findAccount();
  const folder = await mkdtemp(path.join(tmpdir(), "grantkeep-faults-"));
  // Where the tests run as root, PostgreSQL runs as somebody else, who must get in.
  await chmod(folder, 0o755);
  const programs = await findPrograms(account, () => {});
  const cluster = { programs, account, dataDir: path.join(folder, "data") };
  await initCluster(cluster, PASSWORD, () => {});
  const port = await findFreePort();
  const url = `postgres://postgres:${PASSWORD}@127.0.0.1:${port}/postgres`;
  let frozen: number[] = [];

  async function startAgain(): Promise<Server> {
    await stopOrphan(cluster, () => {});
    const started = await startServer(cluster, { ...DURABLE, ...settings }, async () => port);
    if (onLog) started.process.stderr.on("data", (chunk: Buffer) => onLog(chunk.toString()));
    return started;
  }
  let server = await startAgain();

  async function listProcesses(): Promise<number[]> {
    const sql = postgres(url, { max: 1 });
    const rows = await sql<{ pid: number }[]>`
      select pid from pg_stat_activity where pid <> pg_backend_pid()
    `;
    await sql.end();
    return rows.map(({ pid }) => pid);
  }

  function thaw(): void {
    for (const pid of frozen) signal(pid, "SIGCONT");
    frozen = [];
  }

  return {
    url,
    password: PASSWORD,
    folder,
    async freeze() {
      const pids = await listProcesses();
      // The one that makes others first.
      frozen = [server.process.pid, ...pids].filter((pid) => pid !== undefined);
      for (const pid of frozen) signal(pid, "SIGSTOP");
    },
    thaw,
    async kill() {
      const exited = once(server.process, "exit");
      server.process.kill("SIGKILL");
      await exited;
    },
    shutDown: () => server.stop(),
    async start() {
      // Processes of the server that was killed may live a moment longer, and hold its memory.
      for (let tries = 1; ; tries += 1) {
        try {
          server = await startAgain();
          return;
        } catch (error) {
          if (tries === MAX_STARTS) throw error;
          await sleep(tries * 200);
        }
      }
    },
    async stop() {
      thaw();
      await server.stop();
      await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
    },
  };
}

/** A process may have ended meanwhile. */
function signal(pid: number, name: "SIGSTOP" | "SIGCONT"): void {
  try {
    process.kill(pid, name);
  } catch {}
}
