import { readFile, writeFile } from "node:fs/promises";
import os from "node:os";
import type { Check, Section, Table } from "./section.ts";

const FILE = new URL("RESULTS.md", import.meta.url);
/** The command of a section, by which it is found again. */
const COMMAND = /^`npm run bench -- ([\w-]+)`/m;
const HEADING = `# Results

Written by \`npm run bench\`. The figures of a table come from one run, in which the variants take turns: compare the ratios, not the milliseconds. Sections can come from different runs: do not compare the figures of one with those of another. The [README](README.md#what-was-tried-on-a-lookup) says what was tried for goals that are not reached.`;

/** Formats a section as Markdown, with tables that are aligned in a terminal. */
export function formatSection({ title, method, tables, checks }: Section): string {
  const parts = [`## ${title}`, method, ...tables.map(formatTable)];
  if (checks.length > 0) parts.push(checks.map(formatCheck).join("\n"));
  return parts.join("\n\n");
}

/**
 * Writes the results of a benchmark to RESULTS.md, in place of its earlier ones, with its date and a description of
 * the machine.
 */
export async function writeResults(
  id: string,
  section: Section,
  ids: readonly string[],
): Promise<void> {
  const text = formatSection({ ...section, method: `${origin(id)}\n\n${section.method}` });
  await writeFile(FILE, replaceSection(await readFile(FILE, "utf8"), { id, text }, ids));
}

/** Returns the results with the new section of a benchmark, in the order of `ids`. Other sections follow. */
export function replaceSection(
  results: string,
  { id, text }: { readonly id: string; readonly text: string },
  ids: readonly string[],
): string {
  const written = new Map<string, string>();
  const others: string[] = [];
  for (const part of results.split(/^(?=## )/m).slice(1)) {
    const old = part.trim();
    const command = COMMAND.exec(old)?.[1];
    if (command !== undefined && ids.includes(command)) written.set(command, old);
    else others.push(old);
  }
  written.set(id, text);
  const sections = ids.flatMap((one) => written.get(one) ?? []);
  return `${[HEADING, ...sections, ...others].join("\n\n")}\n`;
}

/** Returns the command, the date and the machine of a run. */
function origin(id: string): string {
  const [cpu] = os.cpus();
  const gigabytes = Math.round(os.totalmem() / 2 ** 30);
  const machine = `${os.cpus().length} × ${cpu?.model ?? "unknown"}, ${gigabytes} GiB, ${os.type()} ${os.arch()}`;
  const date = new Date().toISOString().slice(0, 10);
  return `\`npm run bench -- ${id}\` on ${date}: ${machine}; Node.js ${process.version}, PostgreSQL 18.`;
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
