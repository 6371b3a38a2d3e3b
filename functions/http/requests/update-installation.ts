import * as v from "valibot";
import { Scopes } from "../../../core/grants/scopes.ts";
import { OrganizationName, WebhookSecret } from "../../../core/installation.ts";
import { Metadata } from "../../../core/metadata.ts";
import { OpaqueText } from "../../../core/text.ts";
import { Timestamp } from "../timestamp.ts";

export const UpdateInstallationBody = v.strictObject({
  organization_name: v.optional(OrganizationName),
  access_token: v.optional(OpaqueText),
  refresh_token: v.optional(v.nullable(OpaqueText)),
  token_expires_at: v.optional(v.nullable(Timestamp)),
  scopes: v.optional(Scopes),
  webhook_secret: v.optional(WebhookSecret),
  metadata: v.optional(Metadata),
  is_active: v.optional(v.boolean()),
});
export type UpdateInstallationBody = v.InferOutput<typeof UpdateInstallationBody>;
