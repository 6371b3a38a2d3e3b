import * as v from "valibot";

/** Well-formed text without control characters, which is safe to store and to log. */
export const PlainText = v.pipe(
  v.string(),
  v.check((text) => text.isWellFormed() && !/\p{Cc}/u.test(text)),
);

/** A token, secret or code of a platform: printable ASCII without spaces, at most 8 KB. */
export const OpaqueText = v.pipe(v.string(), v.maxLength(8192), v.regex(/^[\x21-\x7e]+$/));
