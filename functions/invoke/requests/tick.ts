import * as v from "valibot";

/** The scheduler's payload is ignored. */
export const TickRequest = v.unknown();
