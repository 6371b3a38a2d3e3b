import { ServiceError } from "../../core/errors.ts";
import type { Scheduler } from "./scheduler.ts";

const RESPONSE_MS = 150;
const SLOW_MS = 12_000;
/** The work of a request whose caller gave up. */
const LATE_WORK_MS = 1_000;

/** The faults of a refresh. After those of the last line, the platform has done its work. */
export const REFRESH_FAULTS = [
  ...["not sent", "429", "503", "no response", "crash", "pause"],
  ...["cut", "slow", "late response", "late work", "crash after"],
];

/** The faults of a call that uses nothing up. */
export const CALL_FAULTS = ["503", "no response", "slow", "crash", "pause"];

/** A call that may not get what the platform did. */
export interface Reply<Result> {
  /** When it arrives, in epoch milliseconds. */
  readonly at: number;
  settle(): Result;
}

/** Does the platform's work, unless a fault prevents it, and returns what the caller receives. */
export function toReply<Result>(
  scheduler: Scheduler,
  fault: string | undefined,
  limit: number,
  work: () => Result,
): Reply<Result> {
  const now = scheduler.now();
  const soon = now + RESPONSE_MS;
  const failed = (at: number, error: ServiceError) => ({ at, settle: () => fail(error) });
  if (now >= limit) return failed(now, unavailable("aborted", "none"));
  switch (fault) {
    case "not sent":
      return failed(soon, unavailable("ECONNREFUSED", "none"));
    case "429":
      return failed(soon, rateLimited());
    case "503":
      return failed(soon, unavailable("status 503", "unknown"));
    case "no response":
      return failed(limit + 1, unavailable("time-out", "unknown"));
    case "late work":
      workLater(scheduler, limit + LATE_WORK_MS, work);
      return failed(limit + 1, unavailable("time-out", "unknown"));
    case "cut":
      attempt(work);
      return failed(soon, unavailable("ECONNRESET", "unknown"));
    case "slow":
      return { at: now + SLOW_MS, settle: attempt(work) };
    case "late response":
      return { at: limit + 1, settle: attempt(work) };
    default:
      return { at: soon, settle: attempt(work) };
  }
}

function workLater(scheduler: Scheduler, readyAt: number, work: () => unknown): void {
  const step = { name: "late work", readyAt, isWaiting: true, faults: [] };
  scheduler.start("platform", (platform) =>
    scheduler.step<void>(platform, step, ({ resolve }) => {
      attempt(work);
      resolve();
    }),
  );
}

/** Runs a function now, and returns one that has its result. */
function attempt<Result>(work: () => Result): () => Result {
  try {
    const result = work();
    return () => result;
  } catch (error) {
    return () => fail(error);
  }
}

/** Returns the error of a request without a response. */
export function unavailable(reason: string, outcome: "none" | "unknown"): ServiceError {
  return new ServiceError("provider_unavailable", "The platform did not respond.", {
    reason,
    outcome,
  });
}

function rateLimited(): ServiceError {
  return new ServiceError("provider_rate_limited", "The platform limits the rate.", {
    retryAfterSeconds: 30,
    outcome: "none",
  });
}

function fail(error: unknown): never {
  throw error;
}
