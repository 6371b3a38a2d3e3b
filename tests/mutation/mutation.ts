import { atLeast, type Benchmark, type Check, type Section } from "../../bench/section.ts";
import { startPostgres } from "../../local/postgres/postgres.ts";
import { groups, type MutationGroup } from "./groups.ts";
import { type MutationReport, runStryker } from "./stryker.ts";

const MIN_SCORE = 90;

/** A mutant that no test reaches counts as survived. */
const SURVIVED = new Set(["Survived", "NoCoverage"]);
/** A mutant that never ends counts as killed. */
const KILLED = new Set(["Killed", "Timeout"]);

/** Measures how many changes to the modules for states, redirects, keys and leases fail a test. */
export const mutation: Benchmark = {
  id: "mutation",
  async measure(progress) {
    const server = await startPostgres();
    try {
      return await measureGroups(server.url, progress);
    } finally {
      await server.stop();
    }
  },
};

async function measureGroups(
  postgresUrl: string,
  progress: (line: string) => void,
): Promise<Section> {
  const rows: string[][] = [];
  const checks: Check[] = [];
  for (const group of groups) {
    progress(group.name);
    const scores = scoresOf(group, await runStryker(group, postgresUrl), progress);
    rows.push(...scores.map((score) => [`${group.name}: ${score.module}`, ...toCells(score)]));
    const total = {
      killed: sum(scores.map(({ killed }) => killed)),
      survived: sum(scores.map(({ survived }) => survived)),
    };
    checks.push(atLeast(`${group.name}: mutation score in %`, percentOf(total), MIN_SCORE));
  }
  return {
    title: "Mutation tests of states, redirects, keys and leases",
    method:
      "Stryker changes one operator, condition, text or block at a time (a mutant), and runs the tests that reach it. A mutant is killed when a test fails. Survivors are printed during the run; most are equivalent to the code that they replace.",
    tables: [{ columns: ["module", "mutants", "killed", "survived", "score in %"], rows }],
    checks,
  };
}

interface Score {
  readonly module: string;
  readonly killed: number;
  readonly survived: number;
}

function scoresOf(
  { modules }: MutationGroup,
  report: MutationReport,
  progress: (line: string) => void,
): Score[] {
  return modules.map((module) => {
    const mutants = report[module]?.mutants ?? [];
    const survivors = mutants.filter(({ status }) => SURVIVED.has(status));
    for (const { location, mutatorName, replacement } of survivors) {
      progress(`${module}:${location.start.line} ${mutatorName}: ${replacement}`);
    }
    const killed = mutants.filter(({ status }) => KILLED.has(status)).length;
    return { module, killed, survived: survivors.length };
  });
}

function toCells({ killed, survived }: Score): string[] {
  const mutants = killed + survived;
  const score = percentOf({ killed, survived }).toFixed(1);
  return [String(mutants), String(killed), String(survived), score];
}

/** Returns 0 when there are no mutants, so that a module that was moved fails the check. */
function percentOf({ killed, survived }: Pick<Score, "killed" | "survived">): number {
  return killed === 0 ? 0 : (100 * killed) / (killed + survived);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
