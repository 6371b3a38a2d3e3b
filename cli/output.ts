/** Prints a line of a result, to standard output. */
export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Prints progress or a notice, to standard error, so that a pipe carries results only. */
export function notify(line: string): void {
  process.stderr.write(`${line}\n`);
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
  const lines = [headings, ...rows];
  const widths = headings.map((_, column) =>
    Math.max(...lines.map((cells) => cells[column]?.length ?? 0)),
  );
  return lines.map((cells) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}
