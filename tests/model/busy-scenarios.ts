import { outside, pass, passLives } from "./at-platform.ts";
import {
  disable,
  enable,
  install,
  patch,
  remove,
  runHealthCheck,
  runSweep,
  runTick,
  webhook,
} from "./functions.ts";
import type { Invocation } from "./invocation.ts";
import { lookUp } from "./lookups.ts";
import { newTokensOf, ONE, type PlatformScenario, type Processes, TWO } from "./scenarios.ts";
import type { Scenario } from "./schedule.ts";

const TICK_SECONDS = 120;
/** A refresh token that nobody has used for so long is found by the sweep. */
const IDLE_SECONDS = 40 * 86_400;

const narrowed = lookUp(ONE, { isNarrowed: true });
const uninstall = outside("uninstall", ({ model }) => model.rules.endAll(ONE, "customer"));

/** Runs the schedule `tick` so many times, as often as it is scheduled. */
function ticks(count: number): readonly Invocation[] {
  return Array.from({ length: count }, () => [runTick, pass(TICK_SECONDS)]).flat();
}

/** Many use cases at the same time, on two organizations and over a longer time, on every platform. */
const BUSY: Readonly<Record<string, Processes>> = {
  "lookups of two organizations": {
    A: [lookUp(ONE), lookUp(TWO)],
    B: [lookUp(TWO), lookUp(ONE)],
    C: [runTick, runHealthCheck],
  },
  "lookups, an install, new tokens": {
    A: [lookUp(ONE), lookUp(ONE)],
    B: [install(ONE), lookUp(TWO)],
    C: [patch(ONE, newTokensOf(ONE)), lookUp(ONE)],
    D: [runTick],
  },
  "lookups, operators": {
    A: [lookUp(ONE), lookUp(ONE), lookUp(ONE)],
    B: [disable(ONE), enable(ONE), lookUp(TWO)],
    C: [remove(ONE), install(ONE)],
    D: [runSweep, runTick],
  },
  "an uninstall, a new install, webhooks": {
    A: [lookUp(ONE), lookUp(TWO), lookUp(ONE)],
    B: [uninstall, webhook(ONE), install(ONE), webhook(ONE), lookUp(ONE)],
    C: [runHealthCheck, ...ticks(2)],
  },
  "ten minutes of ticks": {
    A: [lookUp(ONE), pass(60), lookUp(ONE), pass(300), lookUp(ONE)],
    B: ticks(5),
    C: [lookUp(TWO), pass(200), lookUp(TWO), runSweep],
  },
  "three lives of a token": {
    A: [lookUp(ONE), passLives(0.9), lookUp(ONE), passLives(1.1), lookUp(ONE)],
    B: [lookUp(ONE), lookUp(TWO), passLives(0.9), lookUp(TWO), lookUp(ONE)],
    C: [passLives(0.9), runTick, runSweep, passLives(1.1), runTick],
  },
  "lives, an uninstall": {
    A: [lookUp(ONE), passLives(0.9), lookUp(ONE), narrowed, passLives(0.9), lookUp(ONE)],
    B: [passLives(0.9), uninstall, webhook(ONE), lookUp(ONE), ...ticks(2)],
    C: [passLives(0.9), lookUp(ONE, { minTtlSeconds: 1_500 }), runHealthCheck, install(TWO)],
  },
};

/** Two organizations that nobody has looked up for long: the sweep refreshes them. */
const IDLE: Readonly<Record<string, Processes>> = {
  "a sweep, a lookup": { A: [runSweep], B: [lookUp(ONE)] },
  "sweeps, lookups, an uninstall": {
    A: [runSweep, runSweep],
    B: [lookUp(ONE), uninstall, webhook(ONE), lookUp(TWO)],
    C: [runTick, runSweep],
  },
  "a sweep, an install, a delete": {
    A: [runSweep, lookUp(ONE)],
    B: [install(ONE), remove(TWO)],
    C: [lookUp(TWO), install(TWO)],
  },
};

/** Returns the scenarios of a platform with many use cases at the same time. */
export function busyScenariosOf(platform: PlatformScenario): Scenario[] {
  const { dueSeconds } = platform;
  return [
    ...toScenarios(platform, BUSY, "due", dueSeconds),
    ...toScenarios(platform, BUSY, "expired", 0),
    ...toScenarios(platform, IDLE, "idle", -IDLE_SECONDS),
  ];
}

function toScenarios(
  { name, createModel }: PlatformScenario,
  all: Readonly<Record<string, Processes>>,
  age: string,
  lifeSeconds: number,
): Scenario[] {
  return Object.entries(all).map(([title, processes]) => ({
    createModel,
    name: `${name}: ${title}, ${age}`,
    organizations: [ONE, TWO].map((id) => ({ id, lifeSeconds })),
    processes,
    isBusy: true,
  }));
}
