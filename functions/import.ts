import { importInstallations, type LineError } from "../core/operations/import.ts";
import { directFunction, type Invocation } from "./invoke/direct-function.ts";
import { parseLines } from "./invoke/ndjson.ts";
import { ImportRequest } from "./invoke/requests/import.ts";
import type { ImportResponse } from "./invoke/responses.ts";
import { importDeps } from "./wiring/dependencies.ts";

const deps = await importDeps();

/** Invoked as `import`: stores the installations of all lines, or of none. */
export const handler = directFunction(
  "Imports",
  ImportRequest,
  async (request, context): Promise<Invocation<ImportResponse>> => {
    const { lines, malformed } = parseLines(request.ndjson);
    const { errors, ...result } =
      malformed.length > 0
        ? { errors: malformed, created: 0, unchanged: 0, verified: 0 }
        : await importInstallations(deps, lines, {
            verify: request.verify,
            dryRun: request.dry_run,
            remainingMs: () => context.getRemainingTimeInMillis(),
          });
    return {
      response: { dry_run: request.dry_run, ...result, errors: errors.map(toItem) },
      audit: { rows: request.dry_run ? 0 : result.created },
      outcome: errors[0]?.code ?? "ok",
    };
  },
);

function toItem({ line, code, message, installationId }: LineError) {
  return {
    line,
    error: code,
    error_description: message,
    ...(installationId !== undefined && { installation_id: installationId }),
  };
}
