import { setTimeout } from "node:timers/promises";

/** Settles like `work`, or resolves to `late` after the given time. Does not cancel `work`. */
export async function withDeadline<T>(work: Promise<T>, milliseconds: number, late: T): Promise<T> {
  const timer = new AbortController();
  try {
    // The timer must not keep the process alive after its servers have closed.
    const { signal } = timer;
    return await Promise.race([work, setTimeout(milliseconds, late, { signal, ref: false })]);
  } finally {
    timer.abort();
  }
}
