import type * as v from "valibot";
import { ServiceError, toServiceError } from "../../core/errors.ts";
import { kindOf, missingAccessToken } from "../../core/installations/create.ts";
import { parseJson } from "../../core/json.ts";
import type { ImportLine, LineError } from "../../core/operations/import.ts";
import type { InstallationRecord } from "../../core/ports/installation-transfer.ts";
import { parseObject } from "../http/request.ts";
import { InstallationLine } from "./installation-line.ts";
import { MAX_IMPORT_BYTES, MAX_IMPORT_ROWS } from "./requests/import.ts";

/** The lines of an import that are well-formed, and the errors of those that are not. */
interface ParsedLines {
  readonly lines: readonly ImportLine[];
  readonly malformed: readonly LineError[];
}

/**
 * Parses the lines of an import. Skips blank lines.
 *
 * @throws {ServiceError} `too_large`
 */
export function parseLines(ndjson: string): ParsedLines {
  if (Buffer.byteLength(ndjson) > MAX_IMPORT_BYTES) {
    throw new ServiceError("too_large", "The rows are larger than 4 MB.");
  }
  const rows = ndjson
    .split("\n")
    .map((text, index) => ({ line: index + 1, text }))
    .filter(({ text }) => text.trim() !== "");
  if (rows.length > MAX_IMPORT_ROWS) {
    throw new ServiceError("too_large", "There are more than 1,000 rows.");
  }

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

/** Returns an installation as a line that `parseLines` accepts. */
export function toLine(record: InstallationRecord): string {
  return JSON.stringify({
    id: record.id,
    platform: record.platform,
    organization_id: record.organizationId,
    organization_name: record.organizationName,
    kind: record.kind,
    client_id: record.clientId,
    provider_installation_id: record.providerInstallationId,
    access_token: record.accessToken,
    refresh_token: record.refreshToken,
    token_expires_at: record.tokenExpiresAt,
    token_stored_at: record.tokenStoredAt,
    refresh_token_expires_at: record.refreshTokenExpiresAt,
    scopes: record.scopes,
    webhook_secret: record.webhookSecret,
    metadata: record.metadata,
    inactive_reason: record.inactiveReason,
    installed_at: record.installedAt,
    installed_by: record.installedBy,
    installed_by_id: record.installedById,
  } satisfies Record<keyof v.InferInput<typeof InstallationLine>, unknown>);
}

/** @throws {ServiceError} `invalid_request`, with a message that does not quote the line */
function parseLine(text: string): ImportLine["installation"] {
  const line = parseObject(InstallationLine, parseJson(text), "The line");
  const { platform, provider_installation_id: providerInstallationId } = line;
  const kind = kindOf({ platform, providerInstallationId });
  if (line.kind !== undefined && line.kind !== kind) {
    throw new ServiceError(
      "invalid_request",
      "The line is not valid: kind does not match the platform.",
    );
  }
  // `null` means that the installation has no token. An absent field is a mistake.
  if (line.access_token === undefined && providerInstallationId === null)
    throw missingAccessToken();
  return {
    id: line.id,
    platform,
    organizationId: line.organization_id,
    organizationName: line.organization_name,
    kind,
    clientId: line.client_id,
    providerInstallationId,
    accessToken: line.access_token ?? null,
    refreshToken: line.refresh_token,
    tokenExpiresAt: line.token_expires_at,
    tokenStoredAt: line.token_stored_at,
    refreshTokenExpiresAt: line.refresh_token_expires_at,
    scopes: line.scopes,
    webhookSecret: line.webhook_secret,
    metadata: line.metadata,
    inactiveReason: line.inactive_reason,
    installedAt: line.installed_at,
    installedBy: line.installed_by,
    installedById: line.installed_by_id,
  };
}
