import { isTransient } from "./invoke.ts";

const FIRST_WAIT_MS = 500;
const MAX_WAIT_MS = 4_000;

/**
 * Repeats a call that failed for the moment until the next one would start after `retryFor` seconds. Waits as
 * long as the error says, and a random time more, so that callers who failed together do not return together.
 */
export async function retry<Result>(
  call: () => Promise<Result>,
  { retryFor, signal }: { readonly retryFor: number; readonly signal: AbortSignal },
): Promise<Result> {
  const end = performance.now() + retryFor * 1000;
  for (let backoff = FIRST_WAIT_MS; ; backoff = Math.min(backoff * 2, MAX_WAIT_MS)) {
    try {
      return await call();
    } catch (error) {
      if (!isTransient(error) || signal.aborted) throw error;
      const wait = waitAfter(error.retryAfterSeconds ?? 0, backoff);
      if (performance.now() + wait > end) throw error;
      await sleep(wait, signal);
    }
  }
}

function waitAfter(seconds: number, backoff: number): number {
  return Math.max(seconds * 1000, backoff / 2) + (Math.random() * backoff) / 2;
}

function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, milliseconds);
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    signal.addEventListener("abort", stop, { once: true });
  });
}
