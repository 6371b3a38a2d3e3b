import { expect, test } from "vitest";
import { createRandom, type Random } from "../support/random.ts";
import { parsePicks, pickAtRandom, type Recording, replay } from "./choices.ts";
import { type Budget, exploreAll } from "./exploration.ts";
import { runSchedule, type Scenario } from "./schedule.ts";

/** How many schedules are run at least, over all platforms. */
const SCHEDULES = Number(process.env.MODEL_SCHEDULES ?? 100_000);

/** Decides which schedules are drawn. */
const SEED = Number(process.env.MODEL_SEED ?? 1);

/** All schedules within these budgets are run, where a scenario is small enough for that. */
const SMALL: readonly Budget[] = [
  { preemptions: 2, faults: 0 },
  { preemptions: 0, faults: 1 },
];
const TWO_PROCESSES: readonly Budget[] = [...SMALL, { preemptions: 1, faults: 1 }];

/** How much goes wrong in a schedule that is drawn. */
const PREEMPTIONS = [0.03, 0.1, 0.3] as const;
const FAULTS = [0.01, 0.04, 0.1] as const;
const MAX_FAULTS = 8;

/** `<scenario>|<picks>`, as a failure prints it: only this schedule is run. */
const REPLAY = process.env.MODEL_REPLAY;

const print = process.stdout.write.bind(process.stdout);

const TEST_MS = 300_000;

/**
 * Defines a test for each scenario of a platform: it runs all schedules with few preemptions and faults, then
 * others by chance. `share` is the part of all schedules that these scenarios have to run together.
 */
export function runScenarios(
  { name, share }: { name: string; share: number },
  scenarios: readonly Scenario[],
): void {
  if (REPLAY !== undefined) {
    replayOne(name, scenarios, REPLAY);
    return;
  }

  const wanted = Math.ceil(SCHEDULES * share);
  const weights = scenarios.reduce((sum, scenario) => sum + weightOf(scenario), 0);
  const exhaustive = scenarios.filter(({ isBusy }) => !isBusy).length;
  const startedAt = performance.now();
  let count = 0;
  for (const scenario of scenarios) {
    test(scenario.name, { timeout: TEST_MS }, async () => {
      count += await runDistinct(scenario, Math.ceil((wanted * weightOf(scenario)) / weights));
    });
  }

  test(`${name}: at least ${wanted} distinct schedules`, () => {
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    print(
      `${name}: ${count} distinct schedules of ${scenarios.length} scenarios, ` +
        `${exhaustive} of them exhaustive to two preemptions; seed ${SEED}, ${seconds} s\n`,
    );
    expect(count).toBeGreaterThanOrEqual(wanted);
  });
}

/** A scenario with few processes has few schedules that are not run anyway. */
function weightOf({ isBusy }: Scenario): number {
  return isBusy ? 4 : 1;
}

/**
 * Runs all schedules of a scenario with few preemptions and faults, and so many others. Returns how many there
 * were, of which no two took the same steps.
 */
async function runDistinct(scenario: Scenario, drawn: number): Promise<number> {
  const fingerprints = new Set<string>();
  async function run(choices: Recording): Promise<void> {
    fingerprints.add(await runSchedule(scenario, choices));
  }

  for (const budget of budgetsOf(scenario)) await exploreAll(budget, run);
  const random = createRandom(SEED);
  const wanted = fingerprints.size + drawn;
  for (let tries = 0; fingerprints.size < wanted && tries < 3 * drawn; tries += 1) {
    await run(draw(random));
  }
  return fingerprints.size;
}

function budgetsOf({ isBusy, processes }: Scenario): readonly Budget[] {
  if (isBusy) return [];
  return Object.keys(processes).length > 2 ? SMALL : TWO_PROCESSES;
}

function draw(random: Random): Recording {
  const [preemption, fault] = [random.pick(PREEMPTIONS), random.pick(FAULTS)];
  return pickAtRandom(random, { preemption, fault, maxFaults: MAX_FAULTS });
}

function replayOne(group: string, scenarios: readonly Scenario[], text: string): void {
  const [name, picks = ""] = text.split("|");
  const scenario = scenarios.find((one) => one.name === name);
  test(`${group} replays ${name}, if that is one of its scenarios`, async () => {
    if (scenario) await runSchedule(scenario, replay(parsePicks(picks)));
  });
}
