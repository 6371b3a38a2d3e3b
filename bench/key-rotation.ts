import { setTimeout as sleep } from "node:timers/promises";
import { addKey, countStored, promoteKey, resealStored } from "../core/operations/rotate-keys.ts";
import { grantOf, startRotationStack } from "./rotation/stack.ts";
import { atMost, type Benchmark, type Section } from "./section.ts";
import { type LookupProcesses, startLookups } from "./support/lookup-processes.ts";
import type { Report } from "./support/lookup-report.ts";
import { quantile } from "./support/statistics.ts";

const ROWS = 100_000;
const PROCESSES = 2;
const PHASE_MS = 15_000;
const BATCH = 10_000;
/** All processes have read the key ring by then, as in production. */
const SETTLED_MS = 2 * 60 * 60_000;

type RotationDeps = Awaited<ReturnType<typeof startRotationStack>>["deps"];

/** Measures lookups while all stored values are re-encrypted. */
export const keyRotation: Benchmark = {
  id: "key-rotation",
  async measure(progress) {
    progress(`encrypting ${ROWS.toLocaleString("en")} installations`);
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
  const grants = Array.from({ length: ROWS }, (_, index) => grantOf(index + 1));
  const lookups = await startLookups(PROCESSES, grants);

  progress("lookups alone");
  const before = await phase(lookups, () => sleep(PHASE_MS));
  progress("lookups during re-encryption");
  await promoteKey(deps, newKey, later);
  const during = await phase(lookups, () => resealAll(deps));
  progress("lookups alone, with the new key");
  const after = await phase(lookups, () => sleep(PHASE_MS));
  await lookups.stop();

  const range = { after: null, remainingMs: () => Number.POSITIVE_INFINITY };
  const { counts } = await countStored(deps, range);
  const failures = [before, during, after].flatMap((one) => one.failures);
  return {
    title: "Lookups during a key rotation",
    method: `${ROWS.toLocaleString("en")} installations with two encrypted values each are re-encrypted by the use case of \`rotate-keys\`, in batches of 100 rows, while each of ${PROCESSES} processes looks up one token after another through the deployed handler. All share the processors of this machine, so most of the additional time of a lookup is waiting for a processor; in production each function has its own. The figures are milliseconds.`,
    tables: [
      {
        columns: ["phase", "lookups", "failures", "p50", "p99", "p99 ÷ before"],
        rows: [
          toRow("before", before, before),
          toRow("re-encryption", during, before),
          toRow("after", after, before),
        ],
      },
      {
        columns: ["rows re-encrypted", "seconds", "rows per second"],
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
      atMost("lookups that failed or returned a wrong token", failures.length, 0),
      atMost("values that are still encrypted with the old key", counts.get(oldKey) ?? 0, 0),
    ],
  };
}

type Phase = Report & { readonly elapsedMs: number };

/** Returns the lookups that ended during some work. */
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
  const p99 = quantile(milliseconds, 0.99);
  return [
    name,
    milliseconds.length.toLocaleString("en"),
    `${failures.length}`,
    quantile(milliseconds, 0.5).toFixed(2),
    p99.toFixed(2),
    (p99 / quantile(before.milliseconds, 0.99)).toFixed(2),
  ];
}
