import * as v from "valibot";
import {
  OrganizationId,
  OrganizationName,
  Platform,
  ProviderInstallationId,
  WebhookSecret,
} from "../../core/installation.ts";
import { Metadata } from "../../core/metadata.ts";
import { Scopes } from "../../core/scopes.ts";
import { OpaqueText, PlainText } from "../../core/text.ts";
import { Timestamp } from "./timestamp.ts";

export const InstalledBy = v.pipe(PlainText, v.minLength(1), v.maxLength(255));

/** What is said of an installation whose tokens a caller brings along, one or many at a time. */
export const InstallationFields = {
  platform: Platform,
  organization_id: OrganizationId,
  organization_name: OrganizationName,
  access_token: v.optional(OpaqueText),
  installed_by: InstalledBy,
  refresh_token: v.optional(OpaqueText),
  token_expires_at: v.optional(Timestamp),
  scopes: v.optional(Scopes, []),
  webhook_secret: v.optional(WebhookSecret),
  metadata: v.optional(Metadata, {}),
  provider_installation_id: v.optional(ProviderInstallationId),
};
