import { readFile } from "node:fs/promises";
import { queuedMs, startSandbox } from "../../tests/runtime/sandbox.ts";

/** A bundle whose cold starts are measured, so many times. */
export interface Subject {
  readonly name: string;
  readonly file: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly event: unknown;
  /** What the answer to the event must have in it: else the figures would be of something else. */
  readonly expected?: string;
  readonly rounds: number;
}

/**
 * Lower quartiles of a subject, since neighbours can only add to a start; milliseconds without those in
 * which it waited for a processor.
 */
export interface ColdStart {
  readonly initMs: number;
  readonly totalMs: number;
  readonly memoryMb: number;
}

/** Starts every subject in every one of its rounds, in an order that is drawn anew; the first is not counted. */
export async function measureColdStarts(
  subjects: readonly Subject[],
): Promise<ReadonlyMap<string, ColdStart>> {
  const samples = new Map<string, ColdStart[]>(subjects.map(({ name }) => [name, []]));
  const rounds = Math.max(...subjects.map((subject) => subject.rounds));
  for (let round = 0; round <= rounds; round += 1) {
    for (const subject of shuffle(subjects.filter((each) => round <= each.rounds))) {
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
      throw new Error(`${name} did not answer as it must: ${JSON.stringify(outcome)}`);
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
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 4)] ?? Number.NaN;
}

function shuffle<Item>(items: readonly Item[]): Item[] {
  return items
    .map((item) => ({ item, at: Math.random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}
