import { stat } from "node:fs/promises";
import { Command, InvalidArgumentError, Option } from "@commander-js/extra-typings";
import { jsonOption, markFailed, stageOption } from "./command.ts";
import { notify, print, printJson, showProgress } from "./output.ts";
import { openTarget } from "./target/open.ts";
import { fromBolt } from "./transfer/bolt.ts";
import { readBoltStore } from "./transfer/bolt-store.ts";
import { type Row, readRows } from "./transfer/import-file.ts";
import { type ImportProgress, importRows } from "./transfer/import-rows.ts";
import { fromNango } from "./transfer/nango.ts";

const CONVERTERS = { bolt: fromBolt, nango: fromNango } as const;

interface ImportCommandOptions {
  readonly from?: keyof typeof CONVERTERS | undefined;
  readonly verify?: boolean | undefined;
  readonly dryRun?: boolean | undefined;
  readonly after: number;
  readonly key?: string | undefined;
  readonly stage?: string | undefined;
  readonly json?: boolean | undefined;
}

/** Creates the command that imports a file. */
export function createImportCommand() {
  return new Command("import")
    .summary("Import installations from a file")
    .description("Import installations with their tokens from a file.")
    .argument(
      "<file>",
      "NDJSON with one installation a line, a file that export wrote, or the folder of Bolt's file store.",
    )
    .addOption(
      new Option("--from <source>", "Convert an export of Bolt or Nango.").choices([
        "bolt",
        "nango",
      ] as const),
    )
    .option("--verify", "Ask the platform about each installation before it is stored.")
    .option("--dry-run", "Check every line and store nothing.")
    .addOption(
      new Option("--after <line>", "Start after this line.").default(0).argParser(parseLine),
    )
    .option("--key <file>", "Decrypt an export with this key file (default: <file>.key).")
    .addOption(stageOption())
    .addOption(jsonOption())
    .addHelpText(
      "after",
      `
Examples:
  $ npx grantkeep import grants.ndjson --dry-run
  $ npx grantkeep import ~/.bolt-js-app-installation --from bolt --verify --stage production`,
    )
    .action(importFile);
}

async function importFile(path: string, options: ImportCommandOptions): Promise<void> {
  const { from, verify = false, dryRun = false, after, key, stage, json } = options;
  const { invoke } = await openTarget(stage);
  const isStore = from === "bolt" && !(await isFile(path));
  const rows = rowsAfter(isStore ? readBoltStore(path) : readRows(path, key), after);
  const convert = from && CONVERTERS[from];
  const total = { created: 0, unchanged: 0, verified: 0 };
  const errors: string[] = [];
  let lastLine = after;
  try {
    for await (const progress of importRows(invoke, rows, { verify, dryRun, convert })) {
      total.created += progress.created;
      total.unchanged += progress.unchanged;
      total.verified += progress.verified;
      errors.push(...progress.errors);
      if (errors.length === 0) lastLine = progress.lastLine;
      if (!json) for (const error of progress.errors) print(error);
      showProgress(`line ${progress.lastLine}`);
    }
  } catch (error) {
    if (lastLine > after && !dryRun) notify(hint(lastLine));
    throw error;
  }
  if (json) printJson({ dry_run: dryRun, ...total, last_line: lastLine, errors });
  else print(summary(total, dryRun));
  if (errors.length === 0) return;
  if (!dryRun) notify(hint(lastLine));
  markFailed();
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (status) => !status.isDirectory(),
    () => false,
  );
}

async function* rowsAfter(rows: AsyncIterable<Row>, after: number): AsyncGenerator<Row> {
  for await (const row of rows) if (row.line > after) yield row;
}

function summary(
  { created, unchanged, verified }: Pick<ImportProgress, "created" | "unchanged" | "verified">,
  dryRun: boolean,
): string {
  const verb = dryRun ? "would be stored" : "stored";
  return `${created} ${verb}, ${unchanged} already stored, ${verified} verified.`;
}

function hint(lastLine: number): string {
  if (lastLine === 0) return "Nothing was stored.";
  return `All lines up to ${lastLine} are stored. Continue with --after ${lastLine}`;
}

function parseLine(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("Use the number of a line.");
}
