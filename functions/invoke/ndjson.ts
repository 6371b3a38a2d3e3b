import * as v from "valibot";
import { ServiceError } from "../../core/errors.ts";
import { InactiveReason, InstallationId, InstallationKind } from "../../core/installation.ts";
import { kindOf, withoutAccessToken } from "../../core/installations/create.ts";
import { parseJson } from "../../core/json.ts";
import type {
  ImportedInstallation,
  InstallationRecord,
} from "../../core/ports/installation-transfer.ts";
import { InstallationFields, InstalledBy } from "../http/installation-fields.ts";
import { parseObject } from "../http/request.ts";
import { Timestamp } from "../http/timestamp.ts";

/** Clocks differ; a later time would keep the sweep from a refresh token that dies of not being used. */
const MAX_AHEAD_MS = 300_000;
const PastTimestamp = v.pipe(
  Timestamp,
  v.check((at) => at.getTime() <= Date.now() + MAX_AHEAD_MS),
);

/** As for `POST /installations`, and what else moves with an installation; `null` says that there is none. */
const Line = v.strictObject({
  ...InstallationFields,
  id: v.optional(InstallationId),
  kind: v.optional(InstallationKind),
  access_token: v.nullish(InstallationFields.access_token.wrapped),
  refresh_token: v.nullish(InstallationFields.refresh_token.wrapped, null),
  token_expires_at: v.nullish(Timestamp, null),
  token_stored_at: v.optional(PastTimestamp),
  refresh_token_expires_at: v.nullish(Timestamp, null),
  provider_installation_id: v.nullish(InstallationFields.provider_installation_id.wrapped, null),
  inactive_reason: v.nullish(InactiveReason, null),
  installed_at: v.optional(Timestamp),
  installed_by_id: v.nullish(InstalledBy, null),
});

/**
 * Reads one line of an import.
 *
 * @throws {ServiceError} `invalid_request`; the sentence quotes nothing of the line
 */
export function parseLine(text: string): ImportedInstallation {
  const line = parseObject(Line, parseJson(text), "The line");
  const { platform, provider_installation_id: providerInstallationId } = line;
  const kind = kindOf({ platform, providerInstallationId });
  if (line.kind !== undefined && line.kind !== kind) {
    throw new ServiceError("invalid_request", "The line is not valid: kind is of something else.");
  }
  // A `null` says that the installation has none; without a word, it was forgotten.
  if (line.access_token === undefined && kind !== "github_app") throw withoutAccessToken();
  return {
    id: line.id,
    platform,
    organizationId: line.organization_id,
    organizationName: line.organization_name,
    kind,
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

/** Writes an installation as a line that `parseLine` reads. */
export function toLine(record: InstallationRecord): string {
  return JSON.stringify({
    id: record.id,
    platform: record.platform,
    organization_id: record.organizationId,
    organization_name: record.organizationName,
    kind: record.kind,
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
  } satisfies Record<keyof v.InferInput<typeof Line>, unknown>);
}
