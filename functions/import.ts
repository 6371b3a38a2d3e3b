import * as v from "valibot";
import { ServiceError, toServiceError } from "../core/errors.ts";
import { type ImportLine, importInstallations, type LineError } from "../core/operations/import.ts";
import { directFunction } from "./invoke/direct-function.ts";
import { parseLine } from "./invoke/ndjson.ts";
import { importDeps } from "./wiring/dependencies.ts";

const MAX_ROWS = 1_000;
const MAX_BYTES = 4_000_000;

const ImportRequest = v.strictObject({
  /** One installation a line, as JSON; empty lines are passed over. */
  ndjson: v.string(),
  /** Whether every row is asked about at its platform before anything is stored. */
  verify: v.optional(v.boolean(), false),
  /** Whether all is checked and nothing stored. */
  dry_run: v.optional(v.boolean(), false),
});

const deps = await importDeps();

/** Invoked as `import`: stores installations from elsewhere, all of a call or none. */
export const handler = directFunction("Imports", ImportRequest, async (request, context) => {
  const { lines, malformed } = readLines(request.ndjson);
  const { errors, ...result } =
    malformed.length > 0
      ? { errors: malformed, created: 0, unchanged: 0, verified: 0 }
      : await importInstallations(deps, lines, {
          verify: request.verify,
          dryRun: request.dry_run,
          remainingMs: () => context.getRemainingTimeInMillis(),
        });
  return {
    answer: { dry_run: request.dry_run, ...result, errors: errors.map(toItem) },
    audit: { rows: request.dry_run ? 0 : result.created },
    outcome: errors[0]?.code ?? "ok",
  };
});

/** @throws {ServiceError} `too_large` */
function readLines(ndjson: string): { lines: ImportLine[]; malformed: LineError[] } {
  if (Buffer.byteLength(ndjson) > MAX_BYTES) {
    throw new ServiceError("too_large", "The rows are larger than 4 MB.");
  }
  const rows = ndjson
    .split("\n")
    .map((text, index) => ({ line: index + 1, text }))
    .filter(({ text }) => text.trim() !== "");
  if (rows.length > MAX_ROWS) throw new ServiceError("too_large", "There are over 1,000 rows.");

  const lines: ImportLine[] = [];
  const malformed: LineError[] = [];
  for (const { line, text } of rows) {
    try {
      lines.push({ line, installation: parseLine(text) });
    } catch (error) {
      const { code, message } = toServiceError(error);
      malformed.push({ line, code, message });
    }
  }
  return { lines, malformed };
}

function toItem({ line, code, message, installationId }: LineError) {
  return {
    line,
    error: code,
    error_description: message,
    ...(installationId !== undefined && { installation_id: installationId }),
  };
}
