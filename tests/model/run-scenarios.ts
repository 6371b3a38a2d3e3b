import { expect, test } from "vitest";
import { createRandom } from "../support/random.ts";
import { formatPicks, parsePicks, pickAtRandom, type Recording, replay } from "./choices.ts";
import { type Budget, exploreAll } from "./exploration.ts";
import { runSchedule, type Scenario } from "./schedule.ts";

/** How many schedules are run at least, over all platforms. `npm run test:model` runs more. */
const SCHEDULES = Number(process.env.MODEL_SCHEDULES ?? 10_000);

/** All schedules within these budgets are run, if there is time for that. */
const SMALL: readonly Budget[] = [
  { preemptions: 1, faults: 0 },
  { preemptions: 0, faults: 1 },
];
const TWO_PROCESSES: readonly Budget[] = [{ preemptions: 2, faults: 1 }];
const THREE_PROCESSES: readonly Budget[] = [
  { preemptions: 2, faults: 0 },
  { preemptions: 1, faults: 1 },
];
const IS_LONG = SCHEDULES >= 100_000;

/** Decides which schedules are drawn beyond that. */
const SEED = Number(process.env.MODEL_SEED ?? 1);

/** In a schedule that is drawn, more goes wrong. */
const CHANCE = { preemption: 0.1, fault: 0.04, maxFaults: 5 };

/** `<scenario>|<picks>`, as a failure prints it: only this schedule is run. */
const REPLAY = process.env.MODEL_REPLAY;

const print = process.stdout.write.bind(process.stdout);

const TEST_MS = 300_000;

/**
 * Defines a test for each scenario: it runs all schedules with few preemptions and faults, then others by
 * chance. `share` is the part of all schedules that these scenarios have to run together.
 */
export function runScenarios(scenarios: readonly Scenario[], share: number): void {
  if (REPLAY !== undefined) {
    replayOne(scenarios, REPLAY);
    return;
  }

  const wanted = Math.ceil(SCHEDULES * share);
  let count = 0;
  for (const [index, scenario] of scenarios.entries()) {
    test(scenario.name, { timeout: TEST_MS }, async () => {
      const left = Math.ceil((wanted - count) / (scenarios.length - index));
      count += await runDifferent(scenario, left);
    });
  }

  test(`are ${wanted} different schedules at least`, () => {
    print(`${scenarios[0]?.name}, ...: ${count} different schedules, seed ${SEED}\n`);
    expect(count).toBeGreaterThanOrEqual(wanted);
  });
}

/** Runs different schedules of a scenario, and returns how many: `wanted`, or a few less if it is small. */
async function runDifferent(scenario: Scenario, wanted: number): Promise<number> {
  const seen = new Set<string>();
  async function run(choices: Recording): Promise<void> {
    await runSchedule(scenario, choices);
    seen.add(formatPicks(choices.picks));
  }

  for (const budget of budgetsOf(scenario)) await exploreAll(budget, run);
  const random = createRandom(SEED);
  for (let drawn = 0; seen.size < wanted && drawn < 3 * wanted; drawn += 1) {
    await run(pickAtRandom(random, CHANCE));
  }
  return seen.size;
}

function budgetsOf({ processes }: Scenario): readonly Budget[] {
  if (!IS_LONG) return SMALL;
  return Object.keys(processes).length > 2 ? THREE_PROCESSES : TWO_PROCESSES;
}

function replayOne(scenarios: readonly Scenario[], text: string): void {
  const [name, picks = ""] = text.split("|");
  const scenario = scenarios.find((one) => one.name === name);
  test(`replays ${name}, if it is a scenario of this platform`, async () => {
    if (scenario) await runSchedule(scenario, replay(parsePicks(picks)));
  });
}
