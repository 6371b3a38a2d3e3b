import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:net";
import path from "node:path";
import type { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import * as v from "valibot";
import { withDeadline } from "../deadline.ts";
import { runAs, spawnOptions } from "./account.ts";
import type { Cluster } from "./cluster.ts";

/** The time to wait after each signal before the next one is sent. */
export const STOP_TIMEOUT_MS = 5_000;

/** PostgreSQL's fast shutdown, its immediate shutdown, and a kill. */
export const STOP_SIGNALS = ["SIGINT", "SIGQUIT", "SIGKILL"] as const;

const START_TIMEOUT_MS = 60_000;
const PORT_ATTEMPTS = 5;
const LOG_LENGTH = 4_000;
const POLL_MS = 20;
/** The line of `postmaster.pid` that says whether the server accepts connections. `pg_ctl` reads it too. */
const STATUS_LINE = 7;
const PORT_TAKEN = "could not create any TCP/IP sockets";

/** Listens on loopback only. Does not wait for the disk: the data can be created again after a power failure. */
const SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "",
  max_connections: "200",
  shared_buffers: "64MB",
  fsync: "off",
  synchronous_commit: "off",
  full_page_writes: "off",
  // A later start reads it to find out whether the process that started this server still runs.
  "grantkeep.owner": `${process.pid}`,
};

const Address = v.object({ port: v.number() });

type ServerProcess = ChildProcessByStdio<null, null, Readable>;

export interface Server {
  readonly port: number;
  readonly process: ServerProcess;
  stop(): Promise<void>;
}

/** Starts PostgreSQL on a port of `findPort`, or on the next one if another process took it meanwhile. */
export async function startServer(
  cluster: Cluster,
  settings: Readonly<Record<string, string>>,
  findPort: () => Promise<number> = findFreePort,
  attempts: number = PORT_ATTEMPTS,
): Promise<Server> {
  const port = await findPort();
  const server = spawnServer(cluster, port, settings);
  try {
    await untilReady(server, cluster);
  } catch (error) {
    await stop(server, cluster);
    // Another process may take the port between the search and the start of the server.
    const isPortTaken = error instanceof Error && error.message.includes(PORT_TAKEN);
    if (!isPortTaken || attempts === 1) throw error;
    return startServer(cluster, settings, findPort, attempts - 1);
  }
  return { port, process: server, stop: () => stop(server, cluster) };
}

/** Returns a port of loopback that is free at the moment. */
export async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = v.parse(Address, server.address());
  server.close();
  await once(server, "close");
  return port;
}

function spawnServer(
  { programs, account, dataDir }: Cluster,
  port: number,
  settings: Readonly<Record<string, string>>,
): ServerProcess {
  const assignments = Object.entries({ ...SETTINGS, ...settings, port: `${port}` });
  const server = spawn(
    programs.postgres,
    ["-D", dataDir, ...assignments.flatMap(([name, value]) => ["-c", `${name}=${value}`])],
    { ...spawnOptions(account), stdio: ["ignore", "ignore", "pipe"] },
  );
  const stopServer = () => server.kill("SIGINT");
  process.once("exit", stopServer);
  server.once("exit", () => process.off("exit", stopServer));
  return server;
}

async function untilReady(server: ServerProcess, cluster: Cluster): Promise<void> {
  const ended = Promise.withResolvers<boolean>();
  let log = "";
  server.once("error", ended.reject);
  server.once("close", () => ended.reject(new Error(`PostgreSQL did not start: ${log}`)));
  // Reads the log as long as the server runs: a full pipe would block it.
  server.stderr.on("data", (chunk: Buffer) => {
    log = `${log}${chunk}`.slice(-LOG_LENGTH);
  });
  const stopWaiting = new AbortController();
  const ready = Promise.race([ended.promise, pollStatus(server, cluster, stopWaiting.signal)]);
  const isReady = await withDeadline(ready, START_TIMEOUT_MS, false).finally(() =>
    stopWaiting.abort(),
  );
  if (!isReady) throw new Error(`PostgreSQL was not ready in time: ${log}`);
}

/** Returns when the server is ready, or when the signal ends the wait. */
async function pollStatus(
  server: ServerProcess,
  { dataDir }: Cluster,
  signal: AbortSignal,
): Promise<boolean> {
  while (!signal.aborted) {
    const text = await readFile(path.join(dataDir, "postmaster.pid"), "utf8").catch(() => "");
    const lines = text.split("\n");
    if (Number(lines[0]) === server.pid && lines[STATUS_LINE]?.trim() === "ready") return true;
    await sleep(POLL_MS);
  }
  return false;
}

async function stop(server: ServerProcess, { programs, account, dataDir }: Cluster): Promise<void> {
  if (server.pid === undefined || server.exitCode !== null || server.signalCode !== null) return;
  const ended = once(server, "exit").then(() => true);
  if (process.platform === "win32") {
    // On Windows, a signal would end the server without a shutdown.
    await runAs(account, programs.pg_ctl, ["stop", "-D", dataDir, "-m", "fast"]);
    return;
  }
  for (const signal of STOP_SIGNALS) {
    server.kill(signal);
    if (await withDeadline(ended, STOP_TIMEOUT_MS, false)) return;
  }
}
