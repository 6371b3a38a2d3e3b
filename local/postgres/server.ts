import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import type { Readable } from "node:stream";
import * as v from "valibot";
import { withDeadline } from "../deadline.ts";
import { runAs, spawnOptions } from "./account.ts";
import type { Cluster } from "./cluster.ts";

/** How long a server may take to end at each signal, before the next one. */
export const STOP_TIMEOUT_MS = 5_000;

/** PostgreSQL's fast shutdown, its immediate one, and the system's. */
export const STOP_SIGNALS = ["SIGINT", "SIGQUIT", "SIGKILL"] as const;

const START_TIMEOUT_MS = 60_000;
const PORT_ATTEMPTS = 5;
const LOG_LENGTH = 4_000;
const READY = "database system is ready to accept connections";
const PORT_TAKEN = "could not create any TCP/IP sockets";

/** Loopback only, and no wait for the disk: what a power cut destroys can be made again. */
const SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "",
  max_connections: "200",
  shared_buffers: "64MB",
  fsync: "off",
  synchronous_commit: "off",
  full_page_writes: "off",
  // Tells a later start whether the process that started this server still lives.
  "grantkeep.owner": `${process.pid}`,
};

const Address = v.object({ port: v.number() });

type ServerProcess = ChildProcessByStdio<null, null, Readable>;

export interface Server {
  readonly port: number;
  readonly process: ServerProcess;
  stop(): Promise<void>;
}

/** Starts PostgreSQL on a port of `findPort`, and on its next one if somebody was faster. */
export async function startServer(
  cluster: Cluster,
  settings: Readonly<Record<string, string>>,
  findPort: () => Promise<number> = findFreePort,
  attempts: number = PORT_ATTEMPTS,
): Promise<Server> {
  const port = await findPort();
  const server = spawnServer(cluster, port, settings);
  try {
    await untilReady(server);
  } catch (error) {
    await stop(server, cluster);
    // Another process may take the port between our look and the server's start.
    const isPortTaken = error instanceof Error && error.message.includes(PORT_TAKEN);
    if (!isPortTaken || attempts === 1) throw error;
    return startServer(cluster, settings, findPort, attempts - 1);
  }
  return { port, process: server, stop: () => stop(server, cluster) };
}

/** A port of loopback that nothing listens on, for now. */
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
  const stopWithUs = () => server.kill("SIGINT");
  process.once("exit", stopWithUs);
  server.once("exit", () => process.off("exit", stopWithUs));
  return server;
}

async function untilReady(server: ServerProcess): Promise<void> {
  const ready = Promise.withResolvers<boolean>();
  let log = "";
  server.once("error", ready.reject);
  server.once("close", () => ready.reject(new Error(`PostgreSQL did not start: ${log}`)));
  // Its log is read for as long as it runs: a full pipe would stop it.
  server.stderr.on("data", (chunk: Buffer) => {
    log = `${log}${chunk}`.slice(-LOG_LENGTH);
    if (log.includes(READY)) ready.resolve(true);
  });
  const isReady = await withDeadline(ready.promise, START_TIMEOUT_MS, false);
  if (!isReady) throw new Error(`PostgreSQL did not get ready in time: ${log}`);
}

async function stop(server: ServerProcess, { programs, account, dataDir }: Cluster): Promise<void> {
  if (server.pid === undefined || server.exitCode !== null || server.signalCode !== null) return;
  const ended = once(server, "exit").then(() => true);
  if (process.platform === "win32") {
    // A signal would end it there without a shutdown.
    await runAs(account, programs.pg_ctl, ["stop", "-D", dataDir, "-m", "fast"]);
    return;
  }
  for (const signal of STOP_SIGNALS) {
    server.kill(signal);
    if (await withDeadline(ended, STOP_TIMEOUT_MS, false)) return;
  }
}
