import { setTimeout as sleep } from "node:timers/promises";

/** The clock and the chance that a refresh uses: a simulation brings its own. */
export interface Timing {
  /** Returns the time in epoch milliseconds. */
  now(): number;
  sleep(milliseconds: number): Promise<void>;
  /** Returns a number from 0 to below 1. */
  random(): number;
  /** Returns a signal that aborts after so many milliseconds. */
  abortAfter(milliseconds: number): AbortSignal;
}

export const systemTiming: Timing = {
  now: () => Date.now(),
  sleep: (milliseconds) => sleep(milliseconds),
  random: () => Math.random(),
  abortAfter: (milliseconds) => AbortSignal.timeout(milliseconds),
};
