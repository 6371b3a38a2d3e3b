import { writeFile } from "node:fs/promises";
import os from "node:os";
import type { Check, Section, Table } from "./section.ts";

const FILE = new URL("RESULTS.md", import.meta.url);

/** Formats a section as Markdown, with tables that are aligned in a terminal. */
export function formatSection({ title, method, tables, checks }: Section): string {
  const parts = [`## ${title}`, method, ...tables.map(formatTable)];
  if (checks.length > 0) parts.push(checks.map(formatCheck).join("\n"));
  return parts.join("\n\n");
}

/** Writes the results of a whole run to RESULTS.md, with a description of the machine. */
export async function writeResults(sections: readonly Section[]): Promise<void> {
  const [cpu] = os.cpus();
  const heading = [
    "# Results",
    "Written by `npm run bench`. The figures of a table come from one run, in which the variants take turns: compare the ratios, not the milliseconds.",
    [
      `- Machine: ${os.cpus().length} × ${cpu?.model ?? "unknown"}, ${Math.round(os.totalmem() / 2 ** 30)} GiB, ${os.type()} ${os.arch()}`,
      `- Node.js ${process.version}, PostgreSQL 18`,
      `- Date: ${new Date().toISOString().slice(0, 10)}`,
    ].join("\n"),
  ];
  await writeFile(FILE, `${[...heading, ...sections.map(formatSection)].join("\n\n")}\n`);
}

/** Formats a table as Markdown. */
export function formatTable({ columns, rows }: Table): string {
  const lines = [columns, ...rows];
  const widths = columns.map((_, column) =>
    Math.max(3, ...lines.map((line) => [...(line[column] ?? "")].length)),
  );
  const format = (cells: readonly string[]) =>
    `| ${widths.map((width, column) => pad(cells[column] ?? "", width, column)).join(" | ")} |`;
  const rule = widths.map((width, column) => "-".repeat(width - 1) + (column === 0 ? "-" : ":"));
  return [format(columns), format(rule), ...rows.map(format)].join("\n");
}

/** Aligns names to the left and figures to the right. */
function pad(text: string, width: number, column: number): string {
  const space = " ".repeat(Math.max(0, width - [...text].length));
  return column === 0 ? text + space : space + text;
}

function formatCheck({ name, measured, limit, isMet }: Check): string {
  return `- ${isMet ? "✓" : "✗"} ${name}: ${measured.toFixed(2)} (limit: ${limit})`;
}
