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
/** Files in memory, where Linux has them: Lambda's log is a pipe, and no disk. */
const MEMORY = "/dev/shm";

type Answer<Type extends Command["type"]> = Extract<Message, { type: Type }>;

/** A process of its own that runs one peer, with one connection to its database. */
export interface PeerProcess {
  /** Keeps grants, and answers what to look them up with. */
  store(grants: readonly Grant[]): Promise<string[]>;
  /** Looks random keys up for some time. */
  load(keys: readonly string[], options: { inFlight: number; milliseconds: number }): Promise<Load>;
  /** Looks every key up once. */
  lookUp(keys: readonly string[], options: { inFlight: number }): Promise<LookupResult[]>;
  memory(): Promise<Memory>;
  stop(): Promise<void>;
}

/**
 * Starts the process of a peer, and waits until it is ready.
 *
 * What it writes goes to a file that is removed at the stop: a pipe would have this process, which
 * measures, read all of it.
 */
export async function startPeer(
  peer: PeerId,
  environment: Readonly<Record<string, string | undefined>>,
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
  const child = fork(WORKER, [peer], {
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
  const { ready, order } = talkTo(child);
  await Promise.race([ready, ended]);

  const ask = <Type extends Command["type"]>(command: Extract<Command, { type: Type }>) =>
    Promise.race([order<Type>(command), ended]);
  let lastId = 0;
  const nextId = () => {
    lastId += 1;
    return lastId;
  };
  return {
    async store(grants) {
      return (await ask<"store">({ type: "store", id: nextId(), grants: [...grants] })).keys;
    },
    async load(keys, options) {
      return (await ask<"load">({ type: "load", id: nextId(), keys: [...keys], ...options })).load;
    },
    async lookUp(keys, options) {
      const command = { id: nextId(), keys: [...keys], ...options };
      return (await ask<"lookUp">({ type: "lookUp", ...command })).results;
    },
    memory: async () => (await ask<"memory">({ type: "memory", id: nextId() })).memory,
    async stop() {
      child.kill("SIGKILL");
      await ended.catch(() => {});
    },
  };
}

/** Sends commands to a process, and gives each the answer of its id. */
function talkTo(child: ChildProcess) {
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
  ): Promise<Answer<Type>> {
    const { promise, resolve, reject } = Promise.withResolvers<Answer<Type>>();
    pending.set(command.id, (message) => {
      if (isAnswer<Type>(message, command.type)) resolve(message);
      else reject(new Error(`It answered ${message.type} to ${command.type}.`));
    });
    child.send(command);
    return promise;
  }
  return { ready: ready.promise, order };
}

function isAnswer<Type extends Command["type"]>(
  message: Message,
  type: Command["type"],
): message is Answer<Type> {
  return message.type === type;
}
