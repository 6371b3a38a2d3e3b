import { setTimeout as sleep } from "node:timers/promises";
import { ServiceError } from "../../core/errors.ts";

/** At every share of refused commits that is tested, a hundred refusals of one call in a row are not by chance. */
const MAX_CALLS = 100;

/** Repeats a call while it throws `retry_later`, as its caller would. For fixtures of many calls. */
export async function retried<Result>(call: () => Promise<Result>): Promise<Result> {
  for (let calls = 1; ; calls += 1) {
    try {
      return await call();
    } catch (error) {
      const isRefused = error instanceof ServiceError && error.code === "retry_later";
      if (!isRefused || calls === MAX_CALLS) throw error;
      await sleep(10);
    }
  }
}
