import path from "node:path";
import { formatTable } from "./report.ts";
import { GRANTKEEP_DATABASE, withBenchStack } from "./support/bench-stack.ts";
import { makeGrants } from "./support/grants.ts";
import type { Load } from "./support/peer-messages.ts";
import { type PeerProcess, startPeer } from "./support/peer-process.ts";
import { median, quantile, shuffled } from "./support/statistics.ts";

const ORGANIZATIONS = 1_000;
const ROUNDS = 60;
const TURN_MS = 60;
const WARM_UP_MS = 2_500;
const WORKER = "bench/support/peer-worker.ts";

// Compares lookups of this checkout with those of others, `node bench/compare.ts <folder>…`, on one database whose
// schema is that of this one. The turns are short and many, so that it is of use on a machine that does other things.
await withBenchStack(async (stack) => {
  const storing = await stack.startPeer("grantkeep");
  const keys = await storing.store(makeGrants(ORGANIZATIONS));
  await storing.stop();
  const floor = await stack.startPeer("floor");
  const contenders = new Map<string, PeerProcess>([["floor", floor]]);
  contenders.set("this checkout", await stack.startPeer("grantkeep"));
  const environment = { ...process.env, DATABASE_URL: stack.urlOf(GRANTKEEP_DATABASE) };
  for (const folder of process.argv.slice(2)) {
    const worker = path.resolve(folder, WORKER);
    contenders.set(folder, await startPeer("grantkeep", environment, worker));
  }

  for (const inFlight of [1, 32]) {
    for (const contender of contenders.values())
      await contender.load(keys, { inFlight, milliseconds: WARM_UP_MS });
    const rounds: Map<string, Load>[] = [];
    while (rounds.length < ROUNDS) {
      const round = new Map<string, Load>();
      for (const [name, contender] of shuffled([...contenders]))
        round.set(name, await contender.load(keys, { inFlight, milliseconds: TURN_MS }));
      rounds.push(round);
    }
    process.stdout.write(`${tabulate(inFlight, [...contenders.keys()], rounds)}\n\n`);
  }
  await Promise.all([...contenders.values()].map((contender) => contender.stop()));
});

function tabulate(inFlight: number, names: string[], rounds: ReadonlyMap<string, Load>[]): string {
  const figure = (round: ReadonlyMap<string, Load>, name: string, key: keyof Load) =>
    round.get(name)?.[key] ?? Number.NaN;
  const rows = names.map((name) => {
    const ratio = (key: keyof Load) =>
      median(rounds.map((round) => figure(round, name, key) / figure(round, "floor", key)));
    // Other processes can only add time.
    const low = (key: keyof Load) =>
      quantile(
        rounds.map((round) => figure(round, name, key)),
        0.2,
      );
    return [
      name,
      ...[ratio("p50Micros"), ratio("perSecond"), ratio("cpuMicros")].map((x) => x.toFixed(2)),
      ...[low("p50Micros"), low("cpuMicros")].map((micros) => micros.toFixed(1)),
    ];
  });
  const columns = [`${inFlight} in flight`, "p50", "throughput", "CPU", "p50, µs", "CPU, µs"];
  return formatTable({ columns, rows });
}
