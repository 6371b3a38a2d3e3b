import { exportInstallations } from "../core/operations/export.ts";
import { directFunction, type Invocation } from "./invoke/direct-function.ts";
import { encryptExport } from "./invoke/export-encryption.ts";
import { toLine } from "./invoke/ndjson.ts";
import { ExportRequest, MAX_EXPORT_BYTES, MAX_EXPORT_ROWS } from "./invoke/requests/export.ts";
import type { ExportResponse } from "./invoke/responses.ts";
import { exportDeps } from "./wiring/dependencies.ts";

const deps = await exportDeps();

/** Invoked as `export`: returns installations with their tokens, encrypted for the caller's public key. */
export const handler = directFunction(
  "Exports",
  ExportRequest,
  async (request): Promise<Invocation<ExportResponse>> => {
    const { lines, unreadable, lastId } = await exportInstallations(deps, {
      after: request.after,
      maxRows: MAX_EXPORT_ROWS,
      maxBytes: MAX_EXPORT_BYTES,
      toLine,
    });
    const { jwe, recipient } = await encryptExport(lines.join("\n"), request.public_key);
    return {
      response: { jwe, rows: lines.length, unreadable: [...unreadable], last_id: lastId },
      audit: { rows: lines.length, recipient },
    };
  },
);
