import { fork } from "node:child_process";
import { once } from "node:events";
import * as v from "valibot";
import { Load, type Order } from "./messages.ts";

const WORKER = new URL("worker.ts", import.meta.url);

/** A process with one handler, as a sandbox of Lambda is. */
export interface DeliveryProcess {
  deliver(order: Order): Promise<Load>;
  stop(): Promise<void>;
}

/** Starts the process of a handler, and waits until it is ready. */
export async function startDeliveries(
  module: string,
  environment: NodeJS.ProcessEnv,
): Promise<DeliveryProcess> {
  const child = fork(WORKER, [module], {
    env: environment,
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const exited = once(child, "exit");
  const message = () =>
    Promise.race([
      once(child, "message"),
      exited.then(() => Promise.reject(new Error(`The process of ${module} has exited.`))),
    ]);
  await message();
  return {
    async deliver(order) {
      const received = message();
      child.send(order);
      const [load] = await received;
      return v.parse(Load, load);
    },
    async stop() {
      child.kill();
      await exited;
    },
  };
}
