/** Markup in which all text is escaped. */
export interface Html {
  readonly markup: string;
}

type Value = string | Html | readonly Html[];

/** Returns the markup of a template. Escapes every text that is inserted. */
export function html(parts: TemplateStringsArray, ...values: readonly Value[]): Html {
  const markup = parts.reduce((before, part, index) => {
    const value = values[index - 1];
    return before + (value === undefined ? "" : toMarkup(value)) + part;
  });
  return { markup };
}

function toMarkup(value: Value): string {
  if (typeof value === "string") return escapeHtml(value);
  if ("markup" in value) return value.markup;
  return value.map(({ markup }) => markup).join("");
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
