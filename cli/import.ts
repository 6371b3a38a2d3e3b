import { parseArgs } from "node:util";
import { invokeLocally, invokeStage } from "./invoke.ts";
import { fromBolt } from "./transfer/bolt.ts";
import { type Row, readRows } from "./transfer/import-file.ts";
import { importRows } from "./transfer/import-rows.ts";
import { fromNango } from "./transfer/nango.ts";

const USAGE = `Usage: npm run import -- <file> [--from bolt|nango] [--verify] [--dry-run]
                      [--after <line>] [--key <file>] [--stage <stage>]

  <file>   NDJSON, or an export with its key in <file>.key
  --from   what the lines are of: Bolt's installation store, or Nango's connections
  --verify asks the platform about each row first
  --after  goes on after a line
  --stage  imports into a deployed stage, not the local one
`;

const CONVERTERS = new Map([
  ["bolt", fromBolt],
  ["nango", fromNango],
]);

try {
  await run(readArguments());
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode ||= 1;
}

function readArguments() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        from: { type: "string" },
        verify: { type: "boolean", default: false },
        "dry-run": { type: "boolean", default: false },
        after: { type: "string", default: "0" },
        key: { type: "string" },
        stage: { type: "string" },
      },
    });
    const [path, ...others] = positionals;
    const convert = values.from === undefined ? undefined : CONVERTERS.get(values.from);
    const isKnown = values.from === undefined || convert !== undefined;
    if (path !== undefined && others.length === 0 && isKnown && /^\d+$/.test(values.after)) {
      return { ...values, path, convert, after: Number(values.after) };
    }
  } catch {
    // An option that is not known: the usage says which are.
  }
  process.exitCode = 2;
  throw new Error(USAGE);
}

async function run(options: ReturnType<typeof readArguments>): Promise<void> {
  const { path, key, after, verify, convert, stage, "dry-run": dryRun } = options;
  const invoke = stage === undefined ? invokeLocally : invokeStage(stage);
  const rows = rowsAfter(readRows(path, key), after);
  const total = { created: 0, unchanged: 0, verified: 0, errors: 0 };
  let lastLine = after;
  try {
    for await (const progress of importRows(invoke, rows, { verify, dryRun, convert })) {
      total.created += progress.created;
      total.unchanged += progress.unchanged;
      total.verified += progress.verified;
      total.errors += progress.errors.length;
      for (const error of progress.errors) process.stdout.write(`${error}\n`);
      if (total.errors === 0) lastLine = progress.lastLine;
      process.stderr.write(`line ${progress.lastLine}\n`);
    }
  } catch (error) {
    if (lastLine > after && !dryRun) process.stderr.write(hint(lastLine));
    throw error;
  }
  const { created, unchanged, verified, errors } = total;
  const verb = dryRun ? "would be stored" : "stored";
  process.stdout.write(`${created} ${verb}, ${unchanged} there already, ${verified} verified.\n`);
  if (errors === 0) return;
  if (!dryRun) process.stderr.write(hint(lastLine));
  process.exitCode = 1;
}

async function* rowsAfter(rows: AsyncIterable<Row>, after: number): AsyncGenerator<Row> {
  for await (const row of rows) if (row.line > after) yield row;
}

function hint(lastLine: number): string {
  return `All is stored up to line ${lastLine}: go on with --after ${lastLine}\n`;
}
