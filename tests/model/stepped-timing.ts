import type { Timing } from "../../core/tokens/timing.ts";
import type { Process, Scheduler } from "./scheduler.ts";

/** Others may be slow: a process waits longer than it asked for, and polls less often. */
const SLEEP_FACTOR = 10;

/** Creates the clock of a process, and a function that returns when a call with one of its signals gives up. */
export function createSteppedTiming(
  scheduler: Scheduler,
  process: Process,
): { timing: Timing; limitOf(signal: AbortSignal): number } {
  const limits = new WeakMap<AbortSignal, number>();

  const timing: Timing = {
    now: scheduler.now,
    random: () => 0.5,
    sleep: (milliseconds) => scheduler.wait(process, "sleep", milliseconds * SLEEP_FACTOR),

    abortAfter(milliseconds) {
      const { signal } = new AbortController();
      limits.set(signal, scheduler.now() + milliseconds);
      return signal;
    },
  };
  return { timing, limitOf: (signal) => limits.get(signal) ?? Number.POSITIVE_INFINITY };
}
