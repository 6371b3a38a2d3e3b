import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import * as v from "valibot";
import { afterAll } from "vitest";
import {
  type Command,
  type InvocationResult,
  Message,
  type TimedInvocation,
} from "./sandbox-messages.ts";

const WORKER = new URL("./sandbox-worker.ts", import.meta.url);
const STARTED_AT_ONCE = 10;
const GONE: InvocationResult = {
  ok: false,
  code: "sandbox_gone",
  message: "The process ended first.",
  milliseconds: 0,
};

type Done = Extract<Message, { type: "done" }>;
type Order = Command extends infer One ? (One extends Command ? Omit<One, "id"> : never) : never;

export interface SandboxOptions {
  readonly environment?: NodeJS.ProcessEnv;
  /** Handlers that are loaded while the sandbox starts, such as `functions/token-lookup.handler`. */
  readonly handlers?: readonly string[];
  /** Options of Node. */
  readonly execArgv?: readonly string[];
  /** Is given what the process writes; without, standard output is dropped. */
  readonly onOutput?: (text: string) => void;
}

/** A process of its own with production handlers, as one execution environment of Lambda is. */
export interface Sandbox {
  /** Invokes a handler; `sandbox_gone` when the process ends before it has answered. */
  invoke(handler: string, event: unknown, remainingMs: number): Promise<InvocationResult>;
  /** Invokes many, each at its own time. */
  invokeAll(
    invocations: readonly TimedInvocation[],
    remainingMs: number,
  ): Promise<InvocationResult[]>;
  /** Puts the clock of the process ahead of the real one, or behind it. */
  skewClock(aheadMs: number): Promise<void>;
  /** Returns the current and the peak memory of the process. */
  memory(): Promise<{ bytes: number; peakBytes: number }>;
  /** Sends a signal to the process, whatever it is doing. */
  signal(name: "SIGKILL" | "SIGSTOP" | "SIGCONT"): void;
  /** Resolves when the process is gone. */
  gone(): Promise<void>;
}

const children = new Set<ChildProcess>();

function killAll(): void {
  for (const child of children) child.kill("SIGKILL");
}

afterAll(killAll);
process.once("exit", killAll);

/** Starts sandboxes in the environment of the running stack, and waits until all are ready. */
export async function startSandboxes(
  count: number,
  options: SandboxOptions = {},
): Promise<Sandbox[]> {
  const started: Sandbox[] = [];
  while (started.length < count) {
    const batch = Math.min(STARTED_AT_ONCE, count - started.length);
    started.push(...(await Promise.all(Array.from({ length: batch }, () => startOne(options)))));
  }
  return started;
}

/** Starts one sandbox. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  return startOne(options);
}

async function startOne(options: SandboxOptions): Promise<Sandbox> {
  const { environment = process.env, handlers = [], execArgv = [], onOutput } = options;
  const child = fork(WORKER, [...handlers], {
    execPath: process.execPath,
    execArgv: [...execArgv],
    env: { ...environment },
    stdio: onOutput ? ["ignore", "pipe", "pipe", "ipc"] : ["ignore", "ignore", "inherit", "ipc"],
  });
  children.add(child);
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => onOutput?.(text));
  }
  const exited = once(child, "exit").then(() => children.delete(child));
  const ready = Promise.withResolvers<void>();
  exited.then(() => ready.reject(new Error("It ended before it was ready.")));
  const order = orderOf(child, ready.resolve);
  await ready.promise;

  const invokeAll: Sandbox["invokeAll"] = async (invocations, remainingMs) => {
    const done = await order({ type: "invoke", invocations: [...invocations], remainingMs });
    return done?.results ?? invocations.map(() => GONE);
  };
  return {
    invokeAll,
    async invoke(handler, event, remainingMs) {
      const [result = GONE] = await invokeAll([{ handler, event, afterMs: 0 }], remainingMs);
      return result;
    },
    async skewClock(aheadMs) {
      await order({ type: "clock", aheadMs });
    },
    async memory() {
      const { memoryBytes = 0, peakMemoryBytes = 0 } = (await order({ type: "memory" })) ?? {};
      return { bytes: memoryBytes, peakBytes: peakMemoryBytes };
    },
    signal: (name) => child.kill(name),
    async gone() {
      await exited;
    },
  };
}

/** Sends commands to a process, and answers `undefined` for those that it did not live to answer. */
function orderOf(child: ChildProcess, onReady: () => void) {
  const pending = new Map<number, (done: Done | undefined) => void>();
  let lastId = 0;
  child.on("message", (raw) => {
    const message = v.parse(Message, raw);
    if (message.type === "ready") return onReady();
    pending.get(message.id)?.(message);
    pending.delete(message.id);
  });
  child.on("error", () => {});
  child.once("exit", () => {
    for (const resolve of pending.values()) resolve(undefined);
    pending.clear();
  });

  return (order: Order): Promise<Done | undefined> => {
    const { promise, resolve } = Promise.withResolvers<Done | undefined>();
    if (!child.connected) return Promise.resolve(undefined);
    lastId += 1;
    pending.set(lastId, resolve);
    // Of a process that is just ending, the channel may be closed at its end only.
    child.send({ ...order, id: lastId }, (error) => {
      if (error) resolve(undefined);
    });
    return promise;
  };
}
