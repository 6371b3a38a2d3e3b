import { benchmarks } from "./benchmarks.ts";
import { formatSection, writeResults } from "./report.ts";
import type { Benchmark, Section } from "./section.ts";

const ids = benchmarks.map(({ id }) => id);
const wanted = process.argv.slice(2);
const unknown = wanted.filter((id) => !ids.includes(id));
if (unknown.length > 0) {
  process.stderr.write(
    `Unknown benchmark: ${unknown.join(", ")}. Benchmarks: ${ids.join(", ")}.\n`,
  );
  process.exit(1);
}

const chosen = wanted.length > 0 ? benchmarks.filter(({ id }) => wanted.includes(id)) : benchmarks;
const sections: Section[] = [];
for (const benchmark of chosen) sections.push(await run(benchmark));

print("\nThe results were written to bench/RESULTS.md.");
const missed = sections.flatMap(({ checks }) => checks).filter(({ isMet }) => !isMet);
print(missed.length === 0 ? "\nAll limits are met." : `\n${missed.length} limits are not met.`);
process.exitCode = missed.length === 0 ? 0 : 1;

async function run(benchmark: Benchmark): Promise<Section> {
  print(`\n${benchmark.id} …`);
  const section = await benchmark.measure((line) => print(`  ${line}`));
  print(formatSection(section));
  await writeResults(benchmark.id, section, ids);
  return section;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
