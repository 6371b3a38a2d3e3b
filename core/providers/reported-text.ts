import * as v from "valibot";
import { countCharacters, MAX_NAME_CHARACTERS } from "../text.ts";

/**
 * Characters that are invisible or reorder the text: controls, NUL among them, line separators, halves of
 * surrogate pairs, bidirectional controls, zero-width and other ignorable characters. A joiner stays after an
 * emoji or a letter of a script that needs it, and a variation selector stays after an emoji.
 */
const INVISIBLE =
  /[[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{DI}\uFFF9-\uFFFB]--[\u200C\u200D\uFE0F]]|(?<![\p{Extended_Pictographic}\p{Emoji_Modifier}\uFE0F]|[[\p{L}\p{M}]--[\p{sc=Latin}\p{sc=Greek}\p{sc=Cyrillic}]])[\u200C\u200D]|(?<!\p{Emoji})\uFE0F/gv;

/** Tabs and line breaks. */
const BREAKS = /[\t-\r\u0085\u2028\u2029]+/g;

const MARK = "\uFFFD";

/**
 * The name of an organization or a person, as a platform returned it, in the form in which it is stored: on one
 * line, at most 255 characters as SQL counts them, and empty if the platform returned nothing to show.
 *
 * A name is never refused, because an install must not fail on it. Invisible characters are marked and not
 * removed: without them, a name could be the same as the one that it imitates.
 */
export const ReportedName = v.pipe(v.string(), v.transform(toStorableName));

/**
 * The e-mail address of a person, as a platform returned it; `null` if there is none. An address that could
 * only be stored with changes is none: it would be another address.
 */
export const ReportedEmail = v.pipe(
  v.nullish(v.string(), ""),
  v.transform((text) => {
    const email = text.trim();
    return email !== "" && toStorableName(email) === email ? email : null;
  }),
);

function toStorableName(text: string): string {
  const name = text.replace(BREAKS, " ").replace(INVISIBLE, MARK).trim();
  if (countCharacters(name) <= MAX_NAME_CHARACTERS) return name;
  return [...name].slice(0, MAX_NAME_CHARACTERS).join("").trimEnd();
}
