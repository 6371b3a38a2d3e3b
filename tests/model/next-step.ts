import type { Choices, Cost } from "./choices.ts";
import type { Process, Step } from "./scheduler.ts";

/** A process stands still for the wait of another one only if that is not longer. */
const MAX_STALL_MS = 30_000;

/**
 * Picks the process that runs its next step: by default the same, until it waits or is done. To run another
 * one instead is a preemption.
 */
export function pickProcess(
  processes: readonly Process[],
  current: Process | undefined,
  now: number,
  choices: Choices,
): Process | undefined {
  const able = processes.filter(({ steps }) => steps.length > 0);
  const start = current ? able.indexOf(current) + 1 : 0;
  const others = [...able.slice(start), ...able.slice(0, start)].filter((one) => one !== current);
  const isReady = (process: Process) => process.steps.some((step) => isDue(step, now));
  const isCurrentReady = current !== undefined && able.includes(current) && isReady(current);
  const ready = [...(isCurrentReady ? [current] : []), ...others.filter(isReady)];
  const waiting = able
    .filter((process) => !isReady(process))
    .sort((one, other) => firstReadyAt(one) - firstReadyAt(other));
  const [earliest] = ready.length > 0 ? [now] : waiting.map(firstReadyAt);
  const latest = (earliest ?? now) + MAX_STALL_MS;
  const candidates = [...ready, ...waiting.filter((process) => firstReadyAt(process) <= latest)];
  if (candidates.length < 2) return candidates[0];

  const costs = candidates.map((candidate, index): Cost => {
    if (index === 0) return "nothing";
    return ready.includes(candidate) && !isCurrentReady ? "nothing" : "preemption";
  });
  return candidates[choices.pick(costs)];
}

/** Takes the next step of a process: one that waits does not hold back others at the same time. */
export function takeNext({ steps }: Process, now: number): Step | undefined {
  const due = steps.findIndex((step) => isDue(step, now));
  const first = steps.reduce(
    (earliest, { readyAt }, index) =>
      readyAt < (steps[earliest]?.readyAt ?? readyAt) ? index : earliest,
    0,
  );
  const [step] = steps.splice(due < 0 ? first : due, 1);
  return step;
}

function isDue({ isWaiting, readyAt }: Step, now: number): boolean {
  return !isWaiting || readyAt <= now;
}

function firstReadyAt({ steps }: Process): number {
  return Math.min(...steps.map(({ readyAt }) => readyAt));
}

const FAULT_COSTS = new Map<number, readonly Cost[]>();

/** Picks one of the faults of a step, or none. */
export function pickFault({ faults }: Step, choices: Choices): string | undefined {
  if (faults.length === 0) return undefined;
  let costs = FAULT_COSTS.get(faults.length);
  if (!costs) {
    costs = ["nothing", ...faults.map((): Cost => "fault")];
    FAULT_COSTS.set(faults.length, costs);
  }
  return faults[choices.pick(costs) - 1];
}
