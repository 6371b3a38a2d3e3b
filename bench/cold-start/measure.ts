import { readFile } from "node:fs/promises";
import { queuedMs, startSandbox } from "../../tests/runtime/sandbox.ts";
import { quantile, shuffled } from "../support/statistics.ts";

/** A bundle whose cold starts are measured. */
export interface Subject {
  readonly name: string;
  readonly file: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly event: unknown;
  /** The response must contain this text. Otherwise the bundle did not do what is measured. */
  readonly expected?: string;
  readonly rounds: number;
}

/**
 * The lower quartiles of a subject, because other processes can only add time. Time in which the main thread
 * waited for a processor is not counted.
 */
export interface ColdStart {
  readonly initMs: number;
  readonly totalMs: number;
  readonly memoryMb: number;
}

/** Starts every subject once per round, in random order. The first round is not counted. */
export async function measureColdStarts(
  subjects: readonly Subject[],
): Promise<ReadonlyMap<string, ColdStart>> {
  const samples = new Map<string, ColdStart[]>(subjects.map(({ name }) => [name, []]));
  const rounds = Math.max(...subjects.map((subject) => subject.rounds));
  for (let round = 0; round <= rounds; round += 1) {
    for (const subject of shuffled(subjects.filter((each) => round <= each.rounds))) {
      const sample = await start(subject);
      if (round > 0) samples.get(subject.name)?.push(sample);
    }
  }
  return new Map([...samples].map(([name, list]) => [name, quartilesOf(list)]));
}

async function start(subject: Subject): Promise<ColdStart> {
  const { name, file, environment, event, expected = "" } = subject;
  const sandbox = await startSandbox({ file, environment });
  const { pid, init } = sandbox;
  try {
    const queuedBefore = await queuedMs(pid);
    const startedAt = performance.now();
    const outcome = await sandbox.invoke(event);
    const wallMs = performance.now() - startedAt;
    const firstMs = wallMs - ((await queuedMs(pid)) - queuedBefore);
    if (!JSON.stringify(outcome).includes(expected)) {
      throw new Error(`Unexpected response of ${name}: ${JSON.stringify(outcome)}`);
    }
    const initMs = init.wallMs - init.queuedMs;
    return { initMs, totalMs: initMs + firstMs, memoryMb: await memoryMb(pid) };
  } finally {
    await sandbox.stop();
  }
}

async function memoryMb(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN) / 1024;
}

function quartilesOf(samples: readonly ColdStart[]): ColdStart {
  return {
    initMs: quartile(samples.map(({ initMs }) => initMs)),
    totalMs: quartile(samples.map(({ totalMs }) => totalMs)),
    memoryMb: quartile(samples.map(({ memoryMb }) => memoryMb)),
  };
}

function quartile(values: readonly number[]): number {
  return quantile(values, 0.25);
}
