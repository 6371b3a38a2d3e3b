import * as v from "valibot";
import { InactiveReason, Platform } from "../installation.ts";

/** How many installations of a platform are in a state. */
export const StateCount = v.object({
  platform: Platform,
  /** `has_error`: of those in any state, how many have an error of their last refresh. */
  state: v.picklist(["active", "has_error", ...InactiveReason.options]),
  count: v.number(),
});
export type StateCount = v.InferOutput<typeof StateCount>;

/** The counts of all installations, and when they were counted. */
export interface CountedStates {
  readonly counts: readonly StateCount[];
  readonly countedAt: Date;
}

/** The port that keeps the number of installations by state, which are too many to count for each request. */
export interface InstallationCounts {
  /**
   * Returns the counts as they were last stored; `undefined` before that.
   *
   * @throws {ServiceError} `retry_later`
   */
  find(): Promise<CountedStates | undefined>;
  /**
   * Counts the installations, and stores the counts.
   *
   * @throws {ServiceError} `retry_later`
   */
  count(): Promise<void>;
}
