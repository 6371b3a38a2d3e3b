import { setTimeout } from "node:timers/promises";

/** Settles as `work` does, or gives `late` when the time is over; `work` itself goes on. */
export async function withDeadline<T>(work: Promise<T>, milliseconds: number, late: T): Promise<T> {
  const timer = new AbortController();
  try {
    // The timer must not keep a process alive whose servers are closed.
    const { signal } = timer;
    return await Promise.race([work, setTimeout(milliseconds, late, { signal, ref: false })]);
  } finally {
    timer.abort();
  }
}
