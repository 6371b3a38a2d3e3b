import { styleText } from "node:util";

type Style = Parameters<typeof styleText>[0];

/** Returns a text in a style, if standard output is a terminal with colors and `NO_COLOR` is not set. */
export function styled(style: Style, text: string): string {
  return styleText(style, text, { stream: process.stdout });
}
