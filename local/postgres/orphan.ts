import { readFile, rm } from "node:fs/promises";
import path from "node:path";
import { setTimeout } from "node:timers/promises";
import { runAs } from "./account.ts";
import type { Cluster } from "./cluster.ts";
import type { Progress } from "./programs.ts";
import { STOP_SIGNALS, STOP_TIMEOUT_MS } from "./server.ts";

const POLL_MS = 50;

/**
 * Stops a server that still uses the data folder after the process that started it was killed.
 *
 * @throws {Error} when the process that started the server is still running
 */
export async function stopOrphan(cluster: Cluster, onProgress: Progress): Promise<void> {
  const { dataDir } = cluster;
  const lock = path.join(dataDir, "postmaster.pid");
  const pid = await readNumber(lock, /^(\d+)$/m);
  const command = pid === undefined ? undefined : await commandOf(pid);
  if (pid === undefined || command === undefined) return;
  if (!command.includes(dataDir)) {
    // Another process has the id now. PostgreSQL would mistake it for its own server.
    await rm(lock, { force: true });
    return;
  }

  const owner = await readNumber(path.join(dataDir, "postmaster.opts"), /grantkeep\.owner=(\d+)/);
  if (owner === undefined || (await commandOf(owner))) {
    throw new Error(`${dataDir} is in use by process ${owner ?? pid}. Stop that process first.`);
  }
  onProgress("Stopping the PostgreSQL server of an earlier run");
  await stop(cluster, pid);
  await rm(lock, { force: true });
}

async function readNumber(file: string, pattern: RegExp): Promise<number | undefined> {
  const text = await readFile(file, "utf8").catch(() => "");
  const digits = pattern.exec(text)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** Returns the command line of a process: `undefined` if there is no such process, empty if it is a zombie. */
async function commandOf(pid: number): Promise<string | undefined> {
  return readCommand(pid).catch(() => undefined);
}

function readCommand(pid: number): Promise<string> {
  if (process.platform === "linux") return readFile(`/proc/${pid}/cmdline`, "utf8");
  if (process.platform === "win32") {
    const query = `(Get-CimInstance Win32_Process -Filter ProcessId=${pid}).CommandLine`;
    return runAs(undefined, "powershell", ["-NoProfile", "-Command", query]);
  }
  return runAs(undefined, "ps", ["-ww", "-o", "command=", "-p", `${pid}`]);
}

async function stop({ programs, account, dataDir }: Cluster, pid: number): Promise<void> {
  if (process.platform === "win32") {
    await runAs(account, programs.pg_ctl, ["stop", "-D", dataDir, "-m", "fast"]);
    return;
  }
  for (const signal of STOP_SIGNALS) {
    process.kill(pid, signal);
    for (let waitedMs = 0; waitedMs < STOP_TIMEOUT_MS; waitedMs += POLL_MS) {
      if (!(await commandOf(pid))) return;
      await setTimeout(POLL_MS);
    }
  }
}
