import * as v from "valibot";
import { isLoopback } from "./loopback.ts";

export const NonEmptyText = v.pipe(v.string(), v.nonEmpty("must not be empty."));

/** Returns the entries of a list that are separated by commas or white space. */
export function parseList(text: string): string[] {
  return text.split(/[\s,]+/).filter((entry) => entry !== "");
}

/** An https URL, or an http URL on loopback, without query and fragment. Trailing slashes are removed. */
export const BaseUrl = v.pipe(
  v.string(),
  v.check((text) => {
    const url = URL.parse(text);
    if (!url || url.search || url.hash || url.username || url.password) return false;
    if (url.protocol === "https:") return true;
    return url.protocol === "http:" && isLoopback(url.hostname);
  }, "must be an https URL, or an http URL on loopback, without user, query and fragment."),
  v.transform((text) => {
    const { origin, pathname } = new URL(text);
    return `${origin}${pathname}`.replace(/\/+$/, "");
  }),
);

/** Returns the error for an environment variable. It names the variable, and never quotes the value. */
export function malformedSetting(name: string): Error {
  return new Error(`The environment variable ${name} is missing or malformed.`);
}
