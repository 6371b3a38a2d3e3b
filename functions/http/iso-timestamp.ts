import * as v from "valibot";

/** A point in time in a response or an event: RFC 3339, in UTC. */
export const IsoTimestamp = v.pipe(v.string(), v.isoTimestamp());
