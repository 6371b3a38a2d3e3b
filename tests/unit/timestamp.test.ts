import * as v from "valibot";
import { expect, test } from "vitest";
import { Timestamp } from "../../functions/http/timestamp.ts";

test.each([
  ["2030-01-01T00:00:00Z", "2030-01-01T00:00:00.000Z"],
  ["2030-01-01T02:30:00+02:30", "2030-01-01T00:00:00.000Z"],
  ["2028-02-29T12:00:00.123456Z", "2028-02-29T12:00:00.123Z"],
])("%s is a moment", (text, moment) => {
  expect(v.parse(Timestamp, text).toISOString()).toBe(moment);
});

test.each([
  ["without a time zone", "2030-01-01T00:00:00"],
  ["without a time", "2030-01-01"],
  ["of a day that does not exist", "2026-02-30T00:00:00Z"],
  ["of a month that does not exist", "2026-13-01T00:00:00Z"],
  ["of an hour that does not exist", "2026-01-01T25:00:00Z"],
  ["in the year 0", "0000-01-01T00:00:00Z"],
  ["that a time zone moves into the year 10000", "9999-12-31T23:59:59-23:00"],
  ["that is a number of seconds", "1893456000"],
])("one %s is refused", (_, text) => {
  expect(v.safeParse(Timestamp, text).success).toBe(false);
});
