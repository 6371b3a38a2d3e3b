import { setTimeout as sleep } from "node:timers/promises";
import { addKey, countStored, promoteKey, resealStored } from "../core/operations/rotate-keys.ts";
import { type LookupProcesses, startLookups } from "./rotation/processes.ts";
import type { Report } from "./rotation/report.ts";
import { startRotationStack } from "./rotation/stack.ts";
import { atMost, type Benchmark, type Section } from "./section.ts";

const ROWS = 100_000;
const PROCESSES = 2;
const PHASE_MS = 15_000;
const BATCH = 10_000;
/** All have read the ring by then, as they have in production. */
const SETTLED_MS = 2 * 60 * 60_000;

type RotationDeps = Awaited<ReturnType<typeof startRotationStack>>["deps"];

/** Sealing all anew fails no lookup. */
export const keyRotation: Benchmark = {
  id: "key-rotation",
  async measure(progress) {
    progress(`sealing ${ROWS.toLocaleString("en")} installations`);
    const { deps, stop } = await startRotationStack(ROWS);
    try {
      return await measureRotation(deps, progress);
    } finally {
      await stop();
    }
  },
};

async function measureRotation(
  deps: RotationDeps,
  progress: (line: string) => void,
): Promise<Section> {
  const { primary: oldKey } = (await deps.ring.read()).document;
  const later = { dryRun: false, now: new Date(Date.now() + SETTLED_MS) };
  const newKey = await addKey(deps, later);
  const lookups = await startLookups(PROCESSES, ROWS);

  progress("lookups alone");
  const before = await phase(lookups, () => sleep(PHASE_MS));
  progress("lookups while all is sealed anew");
  await promoteKey(deps, newKey, later);
  const during = await phase(lookups, () => resealAll(deps));
  progress("lookups alone, under the new key");
  const after = await phase(lookups, () => sleep(PHASE_MS));
  await lookups.stop();

  const range = { after: null, remainingMs: () => Number.POSITIVE_INFINITY };
  const { counts } = await countStored(deps, range);
  const failures = [before, during, after].flatMap((one) => one.failures);
  return {
    title: "A key rotation fails no lookup",
    method: `${ROWS.toLocaleString("en")} installations with two sealed values each are sealed anew, by the use case of \`rotate-keys\`, in batches of 100 rows, while ${PROCESSES} processes look tokens up, one after another, through the real handler. All share the processors of this machine, so what a lookup takes longer is mostly waiting for one: in production they have their own. Milliseconds.`,
    tables: [
      {
        columns: ["phase", "lookups", "failures", "p50", "p99", "p99 ÷ before"],
        rows: [
          toRow("before", before, before),
          toRow("sealing anew", during, before),
          toRow("after", after, before),
        ],
      },
      {
        columns: ["sealed anew", "seconds", "rows a second"],
        rows: [
          [
            ROWS.toLocaleString("en"),
            (during.elapsedMs / 1000).toFixed(1),
            Math.round((ROWS * 1000) / during.elapsedMs).toLocaleString("en"),
          ],
        ],
      },
    ],
    checks: [
      atMost("lookups that failed, or answered another token", failures.length, 0),
      atMost("values that are still sealed with the old key", counts.get(oldKey) ?? 0, 0),
    ],
  };
}

type Phase = Report & { readonly elapsedMs: number };

/** What was measured while something else went on. */
async function phase(lookups: LookupProcesses, work: () => Promise<unknown>): Promise<Phase> {
  lookups.take();
  const start = performance.now();
  await work();
  const elapsedMs = performance.now() - start;
  return { ...lookups.take(), elapsedMs };
}

async function resealAll(deps: RotationDeps): Promise<void> {
  let after: string | null = null;
  do {
    const part = await resealStored(deps, {
      after,
      limit: BATCH,
      dryRun: false,
      remainingMs: () => Number.POSITIVE_INFINITY,
    });
    after = part.lastId;
  } while (after !== null);
}

function toRow(name: string, { milliseconds, failures }: Phase, before: Phase): string[] {
  const p99 = percentile(milliseconds, 99);
  return [
    name,
    milliseconds.length.toLocaleString("en"),
    `${failures.length}`,
    percentile(milliseconds, 50).toFixed(2),
    p99.toFixed(2),
    (p99 / percentile(before.milliseconds, 99)).toFixed(2),
  ];
}

function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.floor((sorted.length * share) / 100)] ?? Number.NaN;
}
