import * as v from "valibot";

/** RFC 3339 with a time zone, to a `Date`. Without one, the hour would depend on who reads it. */
export const Timestamp = v.pipe(
  v.string(),
  v.maxLength(40),
  v.regex(/^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)$/),
  v.transform((text) => new Date(text)),
  v.date(),
);
