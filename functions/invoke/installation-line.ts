import * as v from "valibot";
import { InactiveReason, InstallationId, InstallationKind } from "../../core/installation.ts";
import { PlainText } from "../../core/text.ts";
import { InstallationFields, InstalledBy } from "../http/installation-fields.ts";
import { Timestamp } from "../http/timestamp.ts";

/** Allows for clock skew. With a later time, the sweep would let an idle refresh token expire. */
const MAX_AHEAD_MS = 300_000;
const PastTimestamp = v.pipe(
  Timestamp,
  v.check((at) => at.getTime() <= Date.now() + MAX_AHEAD_MS),
);

/**
 * One line of an import or an export: the fields of `POST /installations`, and those that only an import can
 * set. `null` means that the installation has no such value.
 */
export const InstallationLine = v.strictObject({
  ...InstallationFields,
  id: v.optional(InstallationId),
  kind: v.optional(InstallationKind),
  client_id: v.optional(v.pipe(PlainText, v.minLength(1), v.maxLength(255))),
  access_token: v.nullish(InstallationFields.access_token.wrapped),
  refresh_token: v.nullish(InstallationFields.refresh_token.wrapped, null),
  token_expires_at: v.nullish(Timestamp, null),
  token_stored_at: v.optional(PastTimestamp),
  refresh_token_expires_at: v.nullish(Timestamp, null),
  provider_installation_id: v.nullish(InstallationFields.provider_installation_id.wrapped, null),
  inactive_reason: v.nullish(v.pipe(InactiveReason, v.notValue("unclaimed")), null),
  installed_at: v.optional(Timestamp),
  installed_by_id: v.nullish(InstalledBy, null),
});
