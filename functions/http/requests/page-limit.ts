import * as v from "valibot";

/** The number of items on a page of a list. */
export const PageLimit = v.optional(
  v.pipe(v.string(), v.regex(/^[1-9][0-9]{0,2}$/), v.transform(Number), v.maxValue(100)),
  "50",
);
