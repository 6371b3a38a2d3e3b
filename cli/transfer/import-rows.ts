import { MAX_IMPORT_ROWS } from "../../functions/invoke/requests/import.ts";
import { ImportResponse } from "../../functions/invoke/responses.ts";
import { type Invoke, parseResponse, toError } from "../target/target.ts";
import type { Row } from "./import-file.ts";

/** As JSON in JSON, this is less than the 6 MB that Lambda accepts. */
const MAX_BYTES = 3_900_000;
/** The platforms can be asked about this many rows in one invocation. */
const MAX_ROWS_TO_VERIFY = 100;

export interface ImportOptions {
  readonly verify: boolean;
  readonly dryRun: boolean;
  /** Converts a row of another format. */
  readonly convert?: ((input: unknown) => object) | undefined;
}

/** The result of one call. Each error is a sentence that names a line, or a file. */
export interface ImportProgress {
  readonly created: number;
  readonly unchanged: number;
  readonly verified: number;
  readonly errors: readonly string[];
  /** The last line that the call contained. */
  readonly lastLine: number;
}

/**
 * Imports rows in as many calls as needed, and yields the result of each. After a call with errors it ends,
 * except in a dry run.
 *
 * @throws {Error} if the function fails
 */
export async function* importRows(
  invoke: Invoke,
  rows: AsyncIterable<Row>,
  options: ImportOptions,
): AsyncGenerator<ImportProgress> {
  for await (const chunk of chunksOf(rows, options)) {
    for await (const progress of importChunk(invoke, chunk, options)) {
      yield progress;
      if (progress.errors.length > 0 && !options.dryRun) return;
    }
  }
}

async function* chunksOf(
  rows: AsyncIterable<Row>,
  { verify }: ImportOptions,
): AsyncGenerator<Row[]> {
  const maxRows = verify ? MAX_ROWS_TO_VERIFY : MAX_IMPORT_ROWS;
  let chunk: Row[] = [];
  let bytes = 0;
  for await (const row of rows) {
    const size = Buffer.byteLength(JSON.stringify(row.text)) + 1;
    if (chunk.length === maxRows || (chunk.length > 0 && bytes + size > MAX_BYTES)) {
      yield chunk;
      chunk = [];
      bytes = 0;
    }
    chunk.push(row);
    bytes += size;
  }
  if (chunk.length > 0) yield chunk;
}

async function* importChunk(
  invoke: Invoke,
  chunk: readonly Row[],
  options: ImportOptions,
): AsyncGenerator<ImportProgress> {
  const { texts, errors } = convertAll(chunk, options.convert);
  const lastLine = chunk.at(-1)?.line ?? 0;
  if (errors.length > 0) {
    yield { created: 0, unchanged: 0, verified: 0, errors, lastLine };
    return;
  }
  const result = await call(invoke, texts, options);
  const lacksTime = !result || result.errors.some(({ error }) => error === "retry_later");
  if (lacksTime && chunk.length > 1) {
    const half = Math.ceil(chunk.length / 2);
    for (const part of [chunk.slice(0, half), chunk.slice(half)]) {
      yield* importChunk(invoke, part, options);
    }
    return;
  }
  if (!result)
    throw new Error("There was no time for even one row. Try again later. (retry_later)");
  yield { ...result, errors: result.errors.map((error) => describe(chunk, error)), lastLine };
}

function convertAll(chunk: readonly Row[], convert: ImportOptions["convert"]) {
  const texts: string[] = [];
  const errors: string[] = [];
  for (const row of chunk) {
    try {
      texts.push(convert ? JSON.stringify(convert(parse(row.text))) : row.text);
    } catch (error) {
      const reason = error instanceof Error ? error.message : "The line is not valid.";
      errors.push(`${nameOf(row)}: ${reason}`);
    }
  }
  return { texts, errors };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The message of a SyntaxError quotes the text.
    throw new Error("This is not JSON.");
  }
}

/** Returns `undefined` if there was no time for so many rows, or the database was not available. */
async function call(
  invoke: Invoke,
  texts: readonly string[],
  { verify, dryRun }: ImportOptions,
): Promise<ImportResponse | undefined> {
  const request = { ndjson: texts.join("\n"), verify, dry_run: dryRun };
  const invocation = await invoke("import", request);
  if (invocation.ok) return parseResponse(ImportResponse, invocation.payload, "import");
  if (invocation.failure.errorType === "retry_later") return undefined;
  throw toError(invocation.failure);
}

function describe(chunk: readonly Row[], error: ImportResponse["errors"][number]): string {
  const { error: code, error_description: sentence, installation_id: id } = error;
  const row = chunk[error.line - 1];
  return `${row && nameOf(row)}: ${code}: ${sentence}${id === undefined ? "" : ` (${id})`}`;
}

function nameOf({ line, source }: Row): string {
  return source ?? `line ${line}`;
}
