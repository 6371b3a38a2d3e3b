import meanings from "./meanings.json" with { type: "json" };

const MEANINGS = new Map(Object.entries(meanings));

/**
 * Returns what a field means, in Markdown. In `meanings.json`, a key with the name of a function before it
 * wins over the name of the field alone.
 *
 * @throws {Error} if nobody has described the field
 */
export function meaningOf(functionName: string, field: string): string {
  const meaning = MEANINGS.get(`${functionName}.${field}`) ?? MEANINGS.get(field);
  if (meaning !== undefined) return meaning;
  throw new Error(`docs/generate/meanings.json lacks ${functionName}.${field}.`);
}
