import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import * as v from "valibot";
import { type KnownGrant, type Lookups, Report } from "./lookup-report.ts";

const WORKER = new URL("lookups.ts", import.meta.url);

/** Processes that look up tokens until they are stopped, and their reports. */
export interface LookupProcesses {
  /** Returns the lookups since the last call. */
  take(): Report;
  stop(): Promise<void>;
}

/** Starts processes that look up grants in turn, and waits for the first report of each. */
export async function startLookups(
  processes: number,
  grants: readonly KnownGrant[],
): Promise<LookupProcesses> {
  let report: Report = { milliseconds: [], failures: [] };
  const children: ChildProcess[] = [];
  for (let index = 0; index < processes; index += 1) {
    const child = fork(WORKER, { stdio: ["ignore", "ignore", "inherit", "ipc"] });
    const start = Math.floor((index * grants.length) / processes);
    child.send({ grants: [...grants], start } satisfies Lookups);
    child.on("message", (message) => {
      const { milliseconds, failures } = v.parse(Report, message);
      report.milliseconds.push(...milliseconds);
      report.failures.push(...failures);
    });
    children.push(child);
  }
  await Promise.all(children.map((child) => once(child, "message")));

  return {
    take() {
      const taken = report;
      report = { milliseconds: [], failures: [] };
      return taken;
    },
    async stop() {
      for (const child of children) {
        if (child.exitCode !== null) throw new Error("A process that looks up tokens has exited.");
        const exited = once(child, "exit");
        child.kill();
        await exited;
      }
    },
  };
}
