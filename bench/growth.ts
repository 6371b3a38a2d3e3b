import { measureLists } from "./list.ts";
import { atMost, type Benchmark, type Check, type Section, type Table } from "./section.ts";
import { type BenchStack, withBenchStack } from "./support/bench-stack.ts";
import { loadInstallations } from "./support/installations.ts";
import type { PeerProcess } from "./support/peer-process.ts";
import { median, shuffled } from "./support/statistics.ts";

const SIZES = [1_000, 1_000_000, 5_000_000] as const;
const CONTENDERS = ["floor", "floor (repeated)", "Grantkeep"] as const;
const ROUNDS = 40;
const TURN_MS = 150;
const WARM_UP_MS = 1_500;
/** The floor, measured twice in one run, differs by up to 10 %. */
const MAX_GROWTH = 1.1;

const SETTINGS = { shared_buffers: "1GB", maintenance_work_mem: "512MB", max_wal_size: "8GB" };

interface Contender {
  readonly name: (typeof CONTENDERS)[number];
  readonly size: number;
  readonly process: PeerProcess;
  readonly keys: readonly string[];
}

/** The median microseconds of each round. */
type Medians = ReadonlyMap<Contender, readonly number[]>;

/** Measures lookups and lists with a thousand, a million and five million installations. */
export const growth: Benchmark = {
  id: "growth",
  measure: (progress) => withBenchStack((stack) => measureGrowth(stack, progress), SETTINGS),
};

async function measureGrowth(
  stack: BenchStack,
  progress: (line: string) => void,
): Promise<Section> {
  const contenders: Contender[] = [];
  for (const size of SIZES) {
    progress(`loading ${size.toLocaleString("en")} installations`);
    const database = nameOf(size);
    await stack.createDatabase(database);
    const grants = await loadInstallations(stack.urlOf(database), size, stack.tokenSealer);
    const keys = grants.map(({ organizationId }) => organizationId);
    for (const name of CONTENDERS) {
      const process = await stack.startPeer(name === "Grantkeep" ? "grantkeep" : "floor", database);
      await process.lookUp(keys, { inFlight: 1 });
      await process.load(keys, { inFlight: 1, milliseconds: WARM_UP_MS });
      contenders.push({ name, size, process, keys });
    }
  }
  progress("lookups");
  const medians = await measureLookups(contenders);
  for (const { process } of contenders) await process.stop();

  progress("lists");
  const lists = await measureLists(SIZES.map((size) => ({ size, url: stack.urlOf(nameOf(size)) })));
  const growthOf = (name: Contender["name"]) => growthTo(medians, name, 5_000_000);
  const checks: Check[] = [
    atMost(
      "growth of a lookup ÷ growth of the floor, 1,000 to 5,000,000 rows",
      growthOf("Grantkeep") / ((growthOf("floor") + growthOf("floor (repeated)")) / 2),
      MAX_GROWTH,
    ),
    ...lists.checks,
  ];
  return {
    title: "Lookups and lists by number of installations",
    method: METHOD,
    tables: [toTable(medians), lists.table],
    checks,
  };
}

const METHOD = `One database of each size, on one server. Lookups: one in flight, of random organizations in the whole table (100 of 1,000 rows, 10,000 of the larger tables), ${ROUNDS} rounds in random order; p50 divided by the p50 of the same contender at 1,000 rows in the same round. Lists: through the repository that the API uses, 50 rows per page, in random order; page 10,000 is read by its cursor, and page 1 is read twice to show the noise.`;

function nameOf(size: number): string {
  return `installations_${size}`;
}

async function measureLookups(contenders: readonly Contender[]): Promise<Medians> {
  const medians = new Map<Contender, number[]>(contenders.map((contender) => [contender, []]));
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const contender of shuffled(contenders)) {
      const { process, keys } = contender;
      const { p50Micros } = await process.load(keys, { inFlight: 1, milliseconds: TURN_MS });
      medians.get(contender)?.push(p50Micros);
    }
  }
  return medians;
}

/** Returns the p50 of a lookup divided by its p50 at 1,000 rows. */
function growthTo(medians: Medians, name: Contender["name"], size: number): number {
  const of = (size: number) =>
    [...medians].find(([contender]) => contender.name === name && contender.size === size)?.[1] ??
    [];
  const base = of(SIZES[0]);
  return median(of(size).map((micros, round) => micros / (base[round] ?? Number.NaN)));
}

function toTable(medians: Medians): Table {
  return {
    columns: ["lookup, p50", ...SIZES.map((size) => `${size.toLocaleString("en")} rows`)],
    rows: CONTENDERS.map((name) => [
      name,
      ...SIZES.map((size) => `${growthTo(medians, name, size).toFixed(2)} ×`),
    ]),
  };
}
