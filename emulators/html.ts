/** Markup that is safe to put into a page as it stands. */
export interface Html {
  readonly markup: string;
}

type Piece = string | Html | readonly Html[];

/** Makes markup of a template: text that is put into it is escaped, markup is not. */
export function html(strings: TemplateStringsArray, ...pieces: readonly Piece[]): Html {
  return { markup: String.raw({ raw: strings }, ...pieces.map(toMarkup)) };
}

function toMarkup(piece: Piece): string {
  if (typeof piece === "string") return escapeText(piece);
  if ("markup" in piece) return piece.markup;
  return piece.map(({ markup }) => markup).join("");
}

function escapeText(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
