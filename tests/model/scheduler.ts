import type { Choices, Cost } from "./choices.ts";

const START = Date.UTC(2026, 0, 1);

/** For how long a process stands still by a fault: longer than any lease. */
const PAUSE_MS = 27_000;

/** A schedule that takes more steps than this does not end. */
const MAX_STEPS = 3_000;

/** More continuations than a use case runs between two calls of its ports. */
const MAX_CONTINUATIONS = 200;
/** After a call was registered, others of the same process may be: it runs them at the same time. */
const MORE_CONTINUATIONS = 6;

/** An atomic step of a process: a call to the store or to a platform, or a sleep. */
interface Step {
  readonly name: string;
  /** From when on it can be run, in epoch milliseconds. */
  readonly readyAt: number;
  /** Whether the process waits, so that the others go on by default. */
  readonly isWaiting: boolean;
  /** The faults of a step. `crash`, `crash after` and `pause` are done by the scheduler. */
  readonly faults: readonly string[];
  /** Runs the step, or what is left of it with a fault, and settles the promise of the process. */
  run(fault: string | undefined): void;
}

/** A process that runs steps one after the other, until it is done, killed, or crashes. */
export interface Process {
  readonly name: string;
  isAlive: boolean;
  /** When it is killed, in epoch milliseconds. */
  deadline: number;
  /** The numbers of the steps, among those of all processes, of its last statement and its last read. */
  lastStatement: number;
  lastRead: number;
  /** Whether anything went wrong in it. */
  hadFault: boolean;
  readonly steps: Step[];
  readonly onCrash: () => void;
}

/** Runs processes step by step, in the order of its choices, by a clock of its own. */
export interface Scheduler {
  /** Returns the time in epoch milliseconds. */
  now(): number;
  /** Returns the number of steps that were run. */
  stepCount(): number;
  /** Returns how many things went wrong. */
  faultCount(): number;
  /** Starts a process. `onCrash` is called when it ends before `main` is done. */
  start(name: string, main: (process: Process) => Promise<void>, onCrash?: () => void): Process;
  /** Registers the next step of a process. The promise of a dead process never settles. */
  step<Result>(
    process: Process,
    step: Omit<Step, "run">,
    run: (settle: Settle<Result>, fault: string | undefined) => void,
  ): Promise<Result>;
  /** Runs an action as the next step of a process. */
  act<Result>(process: Process, name: string, action: () => Result): Promise<Result>;
  /** Waits so long, while other processes run. */
  wait(process: Process, name: string, milliseconds: number): Promise<void>;
  /** Runs all processes until they are done. */
  run(choices: Choices): Promise<void>;
  /** The steps that were taken, if they are traced. */
  readonly log: readonly string[];
}

interface Settle<Result> {
  resolve(result: Result): void;
  reject(error: unknown): void;
}

/** Creates a scheduler. It writes a log only with `isTraced`. */
export function createScheduler({ isTraced = false } = {}): Scheduler {
  const processes: Process[] = [];
  const log: string[] = [];
  let now = START;
  let stepCount = 0;
  let faultCount = 0;
  let hasRegistered = false;
  let failure: unknown;

  function trace(process: Process, text: string): void {
    if (!isTraced) return;
    const seconds = ((now - START) / 1000).toFixed(3).padStart(8);
    log.push(`${seconds} ${process.name}: ${text}`);
  }

  function crash(process: Process, cause: string): void {
    trace(process, cause);
    process.isAlive = false;
    processes.splice(processes.indexOf(process), 1);
    hasRegistered = true;
    process.onCrash();
  }

  function runStep(process: Process, step: Step, choices: Choices): void {
    const fault = pickFault(step, choices);
    trace(process, fault ? `${step.name} (${fault})` : step.name);
    if (fault !== undefined) {
      process.hadFault = true;
      faultCount += 1;
    }
    if (fault === "pause") {
      const readyAt = now + PAUSE_MS;
      process.steps.unshift({ ...step, readyAt, isWaiting: true, faults: [] });
      hasRegistered = true;
      return;
    }
    if (fault !== "crash") step.run(fault);
    if (fault === "crash" || fault === "crash after") crash(process, "crashed");
  }

  /** Lets a process go on to its next step, or to its end. */
  async function runContinuations(): Promise<void> {
    for (let count = 0; count < MAX_CONTINUATIONS && !hasRegistered; count += 1) await null;
    for (let count = 0; count < MORE_CONTINUATIONS; count += 1) await null;
    hasRegistered = false;
    if (failure !== undefined) throw failure;
  }

  const scheduler: Scheduler = {
    log,
    now: () => now,
    stepCount: () => stepCount,
    faultCount: () => faultCount,

    start(name, main, onCrash = () => {}) {
      const process: Process = {
        name,
        isAlive: true,
        deadline: Number.POSITIVE_INFINITY,
        lastStatement: 0,
        lastRead: 0,
        hadFault: false,
        steps: [],
        onCrash,
      };
      processes.push(process);
      main(process)
        .catch((error: unknown) => {
          failure ??= error;
        })
        .finally(() => {
          if (process.isAlive) processes.splice(processes.indexOf(process), 1);
          hasRegistered = true;
        });
      return process;
    },

    step(process, step, run) {
      if (!process.isAlive) return new Promise(() => {});
      return new Promise((resolve, reject) => {
        process.steps.push({ ...step, run: (fault) => run({ resolve, reject }, fault) });
        hasRegistered = true;
      });
    },

    act(process, name, action) {
      const step = { name, readyAt: now, isWaiting: false, faults: [] };
      return scheduler.step(process, step, ({ resolve }) => resolve(action()));
    },

    wait(process, name, milliseconds) {
      const step = { name, readyAt: now + milliseconds, isWaiting: true, faults: [] };
      return scheduler.step<void>(process, step, ({ resolve }) => resolve());
    },

    async run(choices) {
      let current: Process | undefined;
      await runContinuations();
      for (;;) {
        current = pickProcess(processes, current, now, choices);
        const step = current?.steps.shift();
        if (!current || !step) break;
        now = Math.max(now, step.readyAt);
        stepCount += 1;
        if (stepCount > MAX_STEPS) throw new Error("The schedule does not end.");
        if (now >= current.deadline) crash(current, "killed at its deadline");
        else runStep(current, step, choices);
        await runContinuations();
      }
      const [stuck] = processes;
      if (stuck) throw new Error(`${stuck.name} waits for something that is no step.`);
    },
  };
  return scheduler;
}

/**
 * Picks the process that runs its next step: by default the same, until it waits or is done. To run another
 * one instead is a preemption.
 */
function pickProcess(
  processes: readonly Process[],
  current: Process | undefined,
  now: number,
  choices: Choices,
): Process | undefined {
  const able = processes.filter(({ steps }) => steps.length > 0);
  const start = current ? able.indexOf(current) + 1 : 0;
  const others = [...able.slice(start), ...able.slice(0, start)].filter((one) => one !== current);
  const isReady = (process: Process) => {
    const [step] = process.steps;
    return step !== undefined && !(step.isWaiting && step.readyAt > now);
  };
  const readyAt = ({ steps: [step] }: Process) => step?.readyAt ?? 0;
  const isCurrentReady = current !== undefined && able.includes(current) && isReady(current);
  const ready = [...(isCurrentReady ? [current] : []), ...others.filter(isReady)];
  const waiting = able
    .filter((process) => !isReady(process))
    .sort((one, other) => readyAt(one) - readyAt(other));
  const candidates = [...ready, ...waiting];
  if (candidates.length < 2) return candidates[0];

  const costs = candidates.map((candidate, index): Cost => {
    if (index === 0) return "nothing";
    return ready.includes(candidate) && !isCurrentReady ? "nothing" : "preemption";
  });
  return candidates[choices.pick(costs)];
}

const FAULT_COSTS = new Map<number, readonly Cost[]>();

function pickFault({ faults }: Step, choices: Choices): string | undefined {
  if (faults.length === 0) return undefined;
  let costs = FAULT_COSTS.get(faults.length);
  if (!costs) {
    costs = ["nothing", ...faults.map((): Cost => "fault")];
    FAULT_COSTS.set(faults.length, costs);
  }
  return faults[choices.pick(costs) - 1];
}
