import * as v from "valibot";

/** Well-formed text without control characters, which is safe to store and to log. */
export const PlainText = v.pipe(
  v.string(),
  v.check(
    (text) => text.isWellFormed() && !/\p{Cc}/u.test(text),
    "must be on one line, without control characters.",
  ),
);

/** The limit of a name in the database. */
export const MAX_NAME_CHARACTERS = 255;

/** A name that a caller sends: what the database takes, and nothing that an export could not be imported with. */
export const Name = v.pipe(
  PlainText,
  v.minLength(1),
  v.check((text) => countCharacters(text) <= MAX_NAME_CHARACTERS),
  // For the documents: JSON Schema counts characters too.
  v.metadata({ maxLength: MAX_NAME_CHARACTERS }),
);

/** A token, secret or code of a platform: printable ASCII without spaces, at most 8 KB. */
export const OpaqueText = v.pipe(v.string(), v.maxLength(8192), v.regex(/^[\x21-\x7e]+$/));

/** Returns the number of characters as SQL counts them, in which a surrogate pair is one. */
export function countCharacters(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}
