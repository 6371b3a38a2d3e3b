import * as v from "valibot";
import { Scopes } from "../../core/grants/scopes.ts";
import {
  OrganizationId,
  OrganizationName,
  Platform,
  ProviderInstallationId,
  WebhookSecret,
} from "../../core/installation.ts";
import { Metadata } from "../../core/metadata.ts";
import { Name, OpaqueText } from "../../core/text.ts";
import { Timestamp } from "./timestamp.ts";

export const InstalledBy = Name;

/** The fields of an installation that a caller creates from its own tokens, by `POST /installations` or an import. */
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
