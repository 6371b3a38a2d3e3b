import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import * as v from "valibot";
import { Report } from "./report.ts";

const WORKER = new URL("lookups.ts", import.meta.url);

/** Processes that look tokens up without an end, and what they have said. */
export interface LookupProcesses {
  /** All that was measured since this was asked last. */
  take(): Report;
  stop(): Promise<void>;
}

/** Starts processes that look up installations of `count`, and waits until each has begun. */
export async function startLookups(processes: number, count: number): Promise<LookupProcesses> {
  let report: Report = { milliseconds: [], failures: [] };
  const children: ChildProcess[] = [];
  for (let index = 0; index < processes; index += 1) {
    const start = Math.floor((index * count) / processes);
    const child = fork(WORKER, [`${count}`, `${start}`], {
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
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
        if (child.exitCode !== null)
          throw new Error("A process that looks up has ended by itself.");
        const exited = once(child, "exit");
        child.kill();
        await exited;
      }
    },
  };
}
