import * as v from "valibot";

/** A point in time in a request: RFC 3339. The time zone is required, because without it the time is ambiguous. */
export const Timestamp = v.pipe(
  v.string(),
  v.maxLength(40),
  v.regex(/^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)$/),
  v.check(namesRealDay),
  v.transform((text) => new Date(text)),
  v.date(),
  v.minValue(new Date("2000-01-01T00:00:00Z")),
  v.maxValue(new Date("9999-12-31T00:00:00Z")),
);

/** Returns whether the date exists. JavaScript reads 30 February as 2 March. */
function namesRealDay(text: string): boolean {
  const day = text.slice(0, 10);
  const date = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(day);
}
