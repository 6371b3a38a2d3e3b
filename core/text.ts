import * as v from "valibot";

/** Text that PostgreSQL can store and a log line can hold: well-formed, without control characters. */
export const PlainText = v.pipe(
  v.string(),
  v.check((text) => text.isWellFormed() && !/\p{Cc}/u.test(text)),
);

/** A token, secret or code as platforms issue them: printable ASCII without spaces, at most 8 KB. */
export const OpaqueText = v.pipe(v.string(), v.maxLength(8192), v.regex(/^[\x21-\x7e]+$/));
