/** A call that several callers wait for. It is aborted when the last of them has. */
export interface SharedCall<Result> {
  readonly result: Promise<Result>;
  /** Returns the result, or rejects as soon as the caller aborts. */
  wait(signal: AbortSignal | undefined): Promise<Result>;
  isAborted(): boolean;
}

/** Starts a call for its first caller. */
export function shareCall<Result>(
  call: (signal: AbortSignal) => Promise<Result>,
): SharedCall<Result> {
  const controller = new AbortController();
  const result = call(controller.signal);
  // Each caller handles the rejection; all of them may have aborted before.
  result.catch(() => {});
  let waiting = 0;

  return {
    result,
    isAborted: () => controller.signal.aborted,
    async wait(signal) {
      waiting++;
      if (!signal) return result;
      try {
        return await untilAborted(result, signal);
      } catch (error) {
        waiting--;
        if (waiting === 0) controller.abort();
        throw error;
      }
    },
  };
}

function untilAborted<Result>(result: Promise<Result>, signal: AbortSignal): Promise<Result> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    result.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}
