import * as v from "valibot";

/** The scheduler's payload is ignored. */
export const SweepRequest = v.unknown();
