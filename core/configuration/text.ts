import * as v from "valibot";
import { PlainText } from "../text.ts";
import { LANGUAGE_CODES } from "./languages.ts";

/** Returns the schema of a text on one line. */
export function textOf(maxLength: number) {
  return v.pipe(
    PlainText,
    v.check((text) => text.trim() !== "", "must not be empty."),
    v.maxLength(maxLength, `must have at most ${maxLength} characters.`),
  );
}

/** Returns the schema of a text for all languages, or of one for each language. */
export function localTextOf(maxLength: number) {
  const text = textOf(maxLength);
  return v.union(
    [
      text,
      v.pipe(
        v.record(v.picklist(LANGUAGE_CODES), text),
        v.check((texts) => Object.keys(texts).length > 0, "must have a text."),
      ),
    ],
    "must be a text, or an object with a text for each language, such as { en: …, de: … }.",
  );
}

/** A text of the operator, as pages show it: one for all languages, or one for each. */
export type LocalText = v.InferOutput<ReturnType<typeof localTextOf>>;
