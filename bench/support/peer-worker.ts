import * as v from "valibot";
import type { Peer } from "../peers/peer.ts";
import { PEER_IDS, PEERS } from "../peers/peers.ts";
import { Command, type Load, type LookupResult, type Message } from "./peer-messages.ts";
import { quantile } from "./statistics.ts";

const PeerId = v.picklist(PEER_IDS);

const peer = await PEERS[v.parse(PeerId, process.argv[2])].open();

process.on("disconnect", () => process.exit());
process.on("message", (message) => {
  perform(peer, v.parse(Command, message)).then(send, (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
    process.exit(1);
  });
});
send({ type: "ready" });

async function perform(peer: Peer, command: Command): Promise<Message> {
  const { id, type } = command;
  switch (type) {
    case "store": {
      const keys: string[] = [];
      for (const grant of command.grants) keys.push(await peer.store(grant));
      return { type, id, keys };
    }
    case "load":
      return { type, id, load: await load(peer, command) };
    case "lookUp":
      return { type, id, results: await lookUp(peer, command) };
    case "memory": {
      globalThis.gc?.();
      const { rss, heapUsed } = process.memoryUsage();
      return { type, id, memory: { rss, heapUsed } };
    }
  }
}

/** Looks up random keys until the time is over, with a constant number of lookups in flight. */
async function load(
  peer: Peer,
  { keys, inFlight, milliseconds }: Extract<Command, { type: "load" }>,
): Promise<Load> {
  const latencies: number[] = [];
  const cpuBefore = process.cpuUsage();
  const start = performance.now();

  async function lookUpInTurn(): Promise<void> {
    let startedAt = performance.now();
    while (startedAt - start < milliseconds) {
      await peer.lookUp(keys[Math.floor(Math.random() * keys.length)] ?? "");
      const now = performance.now();
      latencies.push(now - startedAt);
      startedAt = now;
    }
  }
  await Promise.all(Array.from({ length: inFlight }, lookUpInTurn));

  const elapsedMs = performance.now() - start;
  const { user, system } = process.cpuUsage(cpuBefore);
  return {
    lookups: latencies.length,
    p50Micros: quantile(latencies, 0.5) * 1000,
    p99Micros: quantile(latencies, 0.99) * 1000,
    perSecond: (latencies.length / elapsedMs) * 1000,
    cpuMicros: (user + system) / latencies.length,
  };
}

/** Looks up every key once, with at most `inFlight` at a time, and returns all results. */
async function lookUp(
  peer: Peer,
  { keys, inFlight }: Extract<Command, { type: "lookUp" }>,
): Promise<LookupResult[]> {
  const waiting = keys.values();
  const results: LookupResult[] = [];
  await Promise.all(
    Array.from({ length: inFlight }, async () => {
      for (const key of waiting) results.push(await outcomeOf(peer.lookUp(key)));
    }),
  );
  return results;
}

function outcomeOf(lookup: Promise<string>): Promise<LookupResult> {
  return lookup.then(
    (accessToken) => ({ ok: true, accessToken }),
    (error: unknown) => ({ ok: false, error: error instanceof Error ? error.name : "unknown" }),
  );
}

function send(message: Message): void {
  process.send?.(message);
}
