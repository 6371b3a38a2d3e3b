import { clearLine, cursorTo } from "node:readline";
import { stripVTControlCharacters } from "node:util";
import { styled } from "./styles.ts";

/** Whether the last line of the terminal shows progress. */
let hasProgress = false;

/** Prints a line of a result, to standard output. */
export function print(line: string): void {
  clearProgress();
  process.stdout.write(`${line}\n`);
}

/** Prints a notice, to standard error, so that a pipe carries results only. */
export function notify(line: string): void {
  clearProgress();
  process.stderr.write(`${line}\n`);
}

/** Shows how far a long command is, in one line that changes. Prints nothing where nobody sees it change. */
export function showProgress(text: string): void {
  if (!process.stderr.isTTY) return;
  clearProgress();
  process.stderr.write(`${text} …`);
  hasProgress = true;
}

/** Removes the line of `showProgress`. */
export function clearProgress(): void {
  if (!hasProgress) return;
  clearLine(process.stderr, 0);
  cursorTo(process.stderr, 0);
  hasProgress = false;
}

/** Prints a result as JSON, to standard output. */
export function printJson(value: unknown): void {
  print(JSON.stringify(value, null, 2));
}

/** Returns the lines of a table with aligned columns, the headings first. */
export function formatTable(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
): string[] {
  const lines = [headings.map((heading) => styled("bold", heading)), ...rows];
  const widths = headings.map((_, column) =>
    Math.max(...lines.map((cells) => widthOf(cells[column] ?? ""))),
  );
  return lines.map((cells) =>
    cells
      .map((cell, column) => cell + " ".repeat((widths[column] ?? 0) - widthOf(cell)))
      .join("  ")
      .trimEnd(),
  );
}

/** Returns the length of a text without its colors. */
function widthOf(text: string): number {
  return stripVTControlCharacters(text).length;
}
