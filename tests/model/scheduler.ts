import { hash } from "node:crypto";
import type { Choices } from "./choices.ts";
import { pickFault, pickProcess, takeNext } from "./next-step.ts";

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
export interface Step {
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
  /** How many invocations it has started. */
  invocation: number;
  /** Everything that went wrong in it. */
  readonly faults: Fault[];
  readonly steps: Step[];
  readonly onCrash: () => void;
}

/** When something went wrong in a process. */
interface Fault {
  /** The number of the step, among those of all processes. */
  readonly step: number;
  readonly invocation: number;
}

/** Runs processes step by step, in the order of its choices, by a clock of its own. */
export interface Scheduler {
  /** Returns the time in epoch milliseconds. */
  now(): number;
  /** Returns the number of steps that were run. */
  stepCount(): number;
  /** Returns how many things went wrong. */
  faultCount(): number;
  /** Notes that a process was too slow, without a fault. */
  noteDelay(process: Process): void;
  /** Returns a hash of the steps that were run, with their processes and faults, in their order. */
  fingerprint(): string;
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
  const taken: string[] = [];
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

  function noteFault({ faults, invocation }: Process): void {
    faults.push({ step: stepCount, invocation });
  }

  function crash(process: Process, cause: string): void {
    trace(process, cause);
    noteFault(process);
    process.isAlive = false;
    processes.splice(processes.indexOf(process), 1);
    hasRegistered = true;
    process.onCrash();
  }

  function runStep(process: Process, step: Step, choices: Choices): void {
    const fault = pickFault(step, choices);
    const text = fault ? `${step.name} (${fault})` : step.name;
    trace(process, text);
    taken.push(process.name, text);
    if (fault !== undefined) {
      noteFault(process);
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
    noteDelay: noteFault,
    fingerprint: () => hash("sha256", taken.join("\n")),

    start(name, main, onCrash = () => {}) {
      const process: Process = {
        name,
        isAlive: true,
        deadline: Number.POSITIVE_INFINITY,
        lastStatement: 0,
        lastRead: 0,
        invocation: 0,
        faults: [],
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
        const step = current && takeNext(current, now);
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
