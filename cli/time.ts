import { InvalidArgumentError } from "@commander-js/extra-typings";
import * as v from "valibot";
import { parseDuration } from "./command.ts";

const Timestamp = v.pipe(v.string(), v.isoTimestamp());
const CLOCK = /^(?<hours>[01]\d|2[0-3]):(?<minutes>[0-5]\d)$/;
const LOCAL = /^\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d)?$/;
const DAY_MS = 86_400_000;

/** Returns a time of the past: so long ago, such as `12h`, or in RFC 3339. */
export function parsePastTime(text: string): Date {
  if (v.is(Timestamp, text)) return new Date(text);
  try {
    return new Date(Date.now() - parseDuration(text) * 1_000);
  } catch {
    throw new InvalidArgumentError(
      "Use a number and m, h or d, such as 12h, or a time in RFC 3339.",
    );
  }
}

/** Returns a time as a person says it: the last `14:02`, a local time such as `2026-11-28 14:02`, or RFC 3339. */
export function parseSpokenTime(text: string, now = new Date()): Date {
  const { hours, minutes } = CLOCK.exec(text)?.groups ?? {};
  if (hours !== undefined) {
    const today = new Date(now);
    today.setHours(Number(hours), Number(minutes), 0, 0);
    return today <= now ? today : new Date(today.getTime() - DAY_MS);
  }
  const local = LOCAL.test(text) ? new Date(text.replace(" ", "T")) : undefined;
  if (local && !Number.isNaN(local.getTime())) return local;
  if (v.is(Timestamp, text)) return new Date(text);
  throw new InvalidArgumentError("Use a time such as 14:02, 2026-11-28 14:02, or RFC 3339.");
}

/** Returns the time of day where the command runs, with the day unless it is today. */
export function toClock(time: Date, now = new Date()): string {
  // Swedish has the order of ISO 8601.
  const text = time.toLocaleString("sv-SE");
  const today = now.toLocaleDateString("sv-SE");
  return text.startsWith(today) ? text.slice(today.length + 1) : text;
}

/** Returns the name of the time zone of `toClock`. */
export function timeZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}
