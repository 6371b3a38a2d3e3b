import { atMost, type Benchmark, type Section } from "./section.ts";
import { type BenchStack, withBenchStack } from "./support/bench-stack.ts";
import { makeGrants } from "./support/grants.ts";
import type { PeerProcess } from "./support/peer-process.ts";

const ORGANIZATIONS = 1_000;
const WARM_UP_LOOKUPS = 50_000;
const LOOKUPS = 100_000;
const STEP = 20_000;
const TURN_MS = 200;
const IN_FLIGHT = 32;
/** The heap of an idle process differs by less between two measurements. */
const MAX_GROWTH = 1.1;

/** Measures the memory of a process over 100,000 lookups. */
export const memory: Benchmark = {
  id: "memory",
  measure: (progress) => withBenchStack((stack) => measureMemory(stack, progress)),
};

async function measureMemory(
  stack: BenchStack,
  progress: (line: string) => void,
): Promise<Section> {
  const process = await stack.startPeer("grantkeep");
  const keys = await process.store(makeGrants(ORGANIZATIONS));
  progress(`${WARM_UP_LOOKUPS} lookups to warm up`);
  await lookUp(process, keys, WARM_UP_LOOKUPS);

  const before = await process.memory();
  const rows = [toRow(0, before, before)];
  let after = before;
  for (let done = STEP; done <= LOOKUPS; done += STEP) {
    progress(`${done} lookups`);
    await lookUp(process, keys, STEP);
    after = await process.memory();
    rows.push(toRow(done, after, before));
  }
  return {
    title: "Memory over 100,000 lookups",
    method: `The deployed handler in a separate process, with ${IN_FLIGHT} lookups in flight, after ${WARM_UP_LOOKUPS.toLocaleString("en")} lookups to warm up. The figures are the memory after a garbage collection, and its ratio to the first measurement.`,
    tables: [{ columns: ["lookups", "heap", "heap in MB", "RSS", "RSS in MB"], rows }],
    checks: [
      atMost("heap after 100,000 lookups ÷ before", after.heapUsed / before.heapUsed, MAX_GROWTH),
      atMost("RSS after 100,000 lookups ÷ before", after.rss / before.rss, MAX_GROWTH),
    ],
  };
}

/** Runs at least `count` lookups. */
async function lookUp(process: PeerProcess, keys: readonly string[], count: number): Promise<void> {
  for (let done = 0; done < count; ) {
    done += (await process.load(keys, { inFlight: IN_FLIGHT, milliseconds: TURN_MS })).lookups;
  }
}

interface Bytes {
  readonly heapUsed: number;
  readonly rss: number;
}

function toRow(lookups: number, now: Bytes, before: Bytes): string[] {
  const cells = (["heapUsed", "rss"] as const).flatMap((figure) => [
    `${(now[figure] / before[figure]).toFixed(2)} ×`,
    (now[figure] / 2 ** 20).toFixed(1),
  ]);
  return [lookups.toLocaleString("en"), ...cells];
}
