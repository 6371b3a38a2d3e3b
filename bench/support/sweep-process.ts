import { fork } from "node:child_process";
import { once } from "node:events";
import * as v from "valibot";
import { SweepResponse } from "../../functions/invoke/responses.ts";

const WORKER = new URL("sweep-worker.ts", import.meta.url);

/** The time-out of the deployed function. */
export const SWEEP_SECONDS = 900;

const Run = v.object({ result: SweepResponse, milliseconds: v.number() });

/** One run of the sweep, and how long it took. */
export type SweepRun = v.InferOutput<typeof Run>;

/** The deployed handler of the sweep in a process of its own. */
export interface SweepProcess {
  run(): Promise<SweepRun>;
  stop(): Promise<void>;
}

/** Starts the process of the sweep, and waits until it is ready. */
export async function startSweep(): Promise<SweepProcess> {
  const child = fork(WORKER, { stdio: ["ignore", "ignore", "inherit", "ipc"] });
  const exited = once(child, "exit");
  const message = () =>
    Promise.race([
      once(child, "message"),
      exited.then(() => Promise.reject(new Error("The process of the sweep has exited."))),
    ]);
  await message();
  return {
    async run() {
      const received = message();
      child.send("run");
      const [run] = await received;
      return v.parse(Run, run);
    },
    async stop() {
      child.kill();
      await exited;
    },
  };
}
