import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { access, mkdtemp, open, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import * as v from "valibot";
import type { Grant } from "../peers/peer.ts";
import type { PeerId } from "../peers/peers.ts";
import {
  type Command,
  type Load,
  type LookupResult,
  type Memory,
  Message,
} from "./peer-messages.ts";

const WORKER = new URL("peer-worker.ts", import.meta.url);
const ERROR_LENGTH = 2_000;
/** Files in memory on Linux: Lambda's log is not written to a disk either. */
const MEMORY = "/dev/shm";

type Reply<Type extends Command["type"]> = Extract<Message, { type: Type }>;

/** A process that runs one peer, with one connection to its database. */
export interface PeerProcess {
  /** Stores grants, and returns the keys to look them up with. */
  store(grants: readonly Grant[]): Promise<string[]>;
  /** Looks up random keys for some time. */
  load(keys: readonly string[], options: { inFlight: number; milliseconds: number }): Promise<Load>;
  /** Looks up every key once. */
  lookUp(keys: readonly string[], options: { inFlight: number }): Promise<LookupResult[]>;
  memory(): Promise<Memory>;
  stop(): Promise<void>;
}

/**
 * Starts the process of a peer, and waits until it is ready. Another checkout's `worker` runs the peer of that one.
 *
 * Its output goes to a file that is deleted at the stop. With a pipe, the measuring process would have to
 * read the output.
 */
export async function startPeer(
  peer: PeerId,
  environment: Readonly<Record<string, string | undefined>>,
  worker: URL | string = WORKER,
): Promise<PeerProcess> {
  const parent = await access(MEMORY).then(
    () => MEMORY,
    () => tmpdir(),
  );
  const folder = await mkdtemp(path.join(parent, "grantkeep-bench-"));
  const errorFile = path.join(folder, "errors.log");
  const [output, errors] = await Promise.all([
    open(path.join(folder, "output.log"), "a"),
    open(errorFile, "a"),
  ]);
  const child = fork(worker, [peer], {
    execPath: process.execPath,
    execArgv: ["--expose-gc"],
    env: { ...environment },
    stdio: ["ignore", output.fd, errors.fd, "ipc"],
  });
  await Promise.all([output.close(), errors.close()]);

  const ended = once(child, "exit").then(async () => {
    const text = await readFile(errorFile, "utf8");
    await rm(folder, { recursive: true, force: true });
    throw new Error(`The process of ${peer} ended: ${text.slice(-ERROR_LENGTH)}`);
  });
  ended.catch(() => {});
  const { ready, order } = connectTo(child);
  await Promise.race([ready, ended]);

  const send = <Type extends Command["type"]>(command: Extract<Command, { type: Type }>) =>
    Promise.race([order<Type>(command), ended]);
  let lastId = 0;
  const nextId = () => {
    lastId += 1;
    return lastId;
  };
  return {
    async store(grants) {
      return (await send<"store">({ type: "store", id: nextId(), grants: [...grants] })).keys;
    },
    async load(keys, options) {
      return (await send<"load">({ type: "load", id: nextId(), keys: [...keys], ...options })).load;
    },
    async lookUp(keys, options) {
      const command = { id: nextId(), keys: [...keys], ...options };
      return (await send<"lookUp">({ type: "lookUp", ...command })).results;
    },
    memory: async () => (await send<"memory">({ type: "memory", id: nextId() })).memory,
    async stop() {
      child.kill("SIGKILL");
      await ended.catch(() => {});
    },
  };
}

/** Sends commands to a process, and matches responses to them by id. */
function connectTo(child: ChildProcess) {
  const ready = Promise.withResolvers<void>();
  const pending = new Map<number, (message: Message) => void>();
  child.on("message", (raw) => {
    const message = v.parse(Message, raw);
    if (message.type === "ready") return ready.resolve();
    pending.get(message.id)?.(message);
    pending.delete(message.id);
  });

  function order<Type extends Command["type"]>(
    command: Extract<Command, { type: Type }>,
  ): Promise<Reply<Type>> {
    const { promise, resolve, reject } = Promise.withResolvers<Reply<Type>>();
    pending.set(command.id, (message) => {
      if (isReply<Type>(message, command.type)) resolve(message);
      else reject(new Error(`The response to ${command.type} is ${message.type}.`));
    });
    child.send(command);
    return promise;
  }
  return { ready: ready.promise, order };
}

function isReply<Type extends Command["type"]>(
  message: Message,
  type: Command["type"],
): message is Reply<Type> {
  return message.type === type;
}
