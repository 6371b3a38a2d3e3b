import notes from "./notes.json" with { type: "json" };

const NOTES = new Map<string, readonly string[]>(Object.entries(notes));

/** The keys of `notes.json`. */
export const NOTED = [...NOTES.keys()];

/** Returns what docs/api.md adds to the contract of a route or a function: paragraphs in Markdown. */
export function notesOn(name: string): readonly string[] {
  return NOTES.get(name) ?? [];
}
