import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import * as v from "valibot";
import { afterAll } from "vitest";
import { type Command, type LookupResult, Message } from "./lookup-messages.ts";

const WORKER = new URL("./lookup-worker.ts", import.meta.url);
const REMAINING_MS = 20_000;
const STARTED_AT_ONCE = 10;

type Done = Extract<Message, { type: "done" }>;
type Order = Command extends infer One ? (One extends Command ? Omit<One, "id"> : never) : never;

/** What to look up, and how many milliseconds from now. */
export interface TimedLookup {
  readonly event: unknown;
  readonly afterMs: number;
}

/** A process of its own with the production handler of `token-lookup`, as one Lambda sandbox is. */
export interface LookupProcess {
  /** Looks one thing up, as often as `times` says and all at once. */
  lookUp(
    event: unknown,
    options?: { times?: number; remainingMs?: number },
  ): Promise<LookupResult[]>;
  /** Looks many things up, each at its own time. */
  lookUpAt(lookups: readonly TimedLookup[]): Promise<LookupResult[]>;
  /** Puts the clock of the process ahead of the real one, or behind it. */
  skewClock(aheadMs: number): Promise<void>;
  /** The most memory that the process has ever had. */
  peakMemoryBytes(): Promise<number>;
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

/** Starts processes in the environment of the running stack, and waits until all are ready. */
export async function startLookupProcesses(
  count: number,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<LookupProcess[]> {
  const started: LookupProcess[] = [];
  while (started.length < count) {
    const batch = Math.min(STARTED_AT_ONCE, count - started.length);
    started.push(
      ...(await Promise.all(Array.from({ length: batch }, () => startProcess(environment)))),
    );
  }
  return started;
}

/** Starts one process. */
export async function startLookupProcess(environment?: NodeJS.ProcessEnv): Promise<LookupProcess> {
  const [process] = await startLookupProcesses(1, environment);
  if (!process) throw new Error("It did not start.");
  return process;
}

async function startProcess(environment: NodeJS.ProcessEnv): Promise<LookupProcess> {
  const child = fork(WORKER, {
    execPath: process.execPath,
    execArgv: [],
    env: { ...environment },
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  children.add(child);
  const exited = once(child, "exit").then(() => children.delete(child));
  const ready = Promise.withResolvers<void>();
  exited.then(() => ready.reject(new Error("It ended before it was ready.")));
  const order = orderOf(child, ready.resolve);
  await ready.promise;

  const lookUpAt = async (lookups: readonly TimedLookup[], remainingMs = REMAINING_MS) =>
    (await order({ type: "lookUp", lookups: [...lookups], remainingMs })).results;
  return {
    lookUpAt: (lookups) => lookUpAt(lookups),
    lookUp: (event, { times = 1, remainingMs } = {}) =>
      lookUpAt(
        Array.from({ length: times }, () => ({ event, afterMs: 0 })),
        remainingMs,
      ),
    async skewClock(aheadMs) {
      await order({ type: "clock", aheadMs });
    },
    peakMemoryBytes: async () => (await order({ type: "memory" })).peakMemoryBytes,
    signal: (name) => child.kill(name),
    async gone() {
      await exited;
    },
  };
}

/** Sends commands to a process; what it never answers, since it was killed, stays pending. */
function orderOf(child: ChildProcess, onReady: () => void): (order: Order) => Promise<Done> {
  const pending = new Map<number, (done: Done) => void>();
  let lastId = 0;
  child.on("message", (raw) => {
    const message = v.parse(Message, raw);
    if (message.type === "ready") return onReady();
    pending.get(message.id)?.(message);
    pending.delete(message.id);
  });
  child.on("error", () => {});

  return (order) => {
    const { promise, resolve } = Promise.withResolvers<Done>();
    lastId += 1;
    pending.set(lastId, resolve);
    child.send({ ...order, id: lastId });
    return promise;
  };
}
