import * as v from "valibot";

/** The names of the events of a platform. */
export const EventNames = v.array(
  v.pipe(v.string(), v.regex(/^[a-z_.]{1,80}$/, "must be the name of an event.")),
);
