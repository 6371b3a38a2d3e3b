import * as v from "valibot";
import {
  InactiveReason,
  InstallationId,
  OrganizationId,
  ProviderInstallationId,
} from "../../core/installation.ts";
import { KeyId } from "../../core/sealing/keyring.ts";
import { IsoTimestamp } from "../http/iso-timestamp.ts";
import { GrantedPermissions } from "../http/responses.ts";
import { KeyRingName } from "./requests/rotate-keys.ts";

const tokenFields = {
  installation_id: InstallationId,
  organization_id: OrganizationId,
  organization_name: v.string(),
  access_token: v.string(),
  token_type: v.literal("bearer"),
  expires_at: v.nullable(IsoTimestamp),
  grant_ends_at: v.nullable(IsoTimestamp),
  scopes: v.array(v.string()),
  missing_scopes: v.array(v.string()),
  permissions: GrantedPermissions,
  missing_permissions: GrantedPermissions,
  api_base_url: v.pipe(v.string(), v.url()),
};

/** Each platform has the fields that its libraries need. They are `null` while they are not known. */
export const TokenLookupResponse = v.variant("platform", [
  v.object({
    platform: v.literal("github"),
    ...tokenFields,
    provider_installation_id: v.nullable(ProviderInstallationId),
    account_type: v.nullable(v.string()),
  }),
  v.object({
    platform: v.literal("slack"),
    ...tokenFields,
    bot_user_id: v.nullable(v.string()),
    bot_id: v.nullable(v.string()),
    app_id: v.nullable(v.string()),
    enterprise_id: v.nullable(v.string()),
    is_enterprise_install: v.nullable(v.boolean()),
  }),
  v.object({
    platform: v.literal("jira"),
    ...tokenFields,
    site_url: v.nullable(v.pipe(v.string(), v.url())),
  }),
]);
export type TokenLookupResponse = v.InferOutput<typeof TokenLookupResponse>;

export const WebhookSecretResponse = v.object({ webhook_secret: v.string() });
export type WebhookSecretResponse = v.InferOutput<typeof WebhookSecretResponse>;

export const HealthCheckResponse = v.object({
  dry_run: v.boolean(),
  checked: v.number(),
  findings: v.array(
    v.object({
      installation_id: InstallationId,
      stored: v.picklist(["active", ...InactiveReason.options]),
      found: v.string(),
      changed: v.boolean(),
    }),
  ),
  last_id: v.nullable(InstallationId),
});
export type HealthCheckResponse = v.InferOutput<typeof HealthCheckResponse>;

/** The response to the step `status`. */
export const KeyRingStatus = v.object({
  step: v.literal("status"),
  ring: KeyRingName,
  primary: KeyId,
  keys: v.array(KeyId),
  changed_at: IsoTimestamp,
  promote_at: IsoTimestamp,
  remove_at: IsoTimestamp,
  sealed: v.record(v.string(), v.number()),
  last_id: v.nullable(InstallationId),
});
export type KeyRingStatus = v.InferOutput<typeof KeyRingStatus>;

/** The response to the steps `add`, `promote` and `remove`. */
export const KeyChange = v.object({
  step: v.picklist(["add", "promote", "remove"]),
  ring: KeyRingName,
  dry_run: v.boolean(),
  key_id: KeyId,
});

/** The response to the step `reseal`. */
export const Resealed = v.object({
  step: v.literal("reseal"),
  ring: v.literal("token"),
  dry_run: v.boolean(),
  resealed: v.number(),
  changed: v.number(),
  unreadable: v.array(InstallationId),
  last_id: v.nullable(InstallationId),
});
export type Resealed = v.InferOutput<typeof Resealed>;

export const RotateKeysResponse = v.variant("step", [KeyRingStatus, KeyChange, Resealed]);
export type RotateKeysResponse = v.InferOutput<typeof RotateKeysResponse>;

export const ImportResponse = v.object({
  dry_run: v.boolean(),
  created: v.number(),
  unchanged: v.number(),
  verified: v.number(),
  errors: v.array(
    v.object({
      line: v.number(),
      error: v.string(),
      error_description: v.string(),
      installation_id: v.optional(InstallationId),
    }),
  ),
});
export type ImportResponse = v.InferOutput<typeof ImportResponse>;

export const ExportResponse = v.object({
  jwe: v.string(),
  rows: v.number(),
  unreadable: v.array(InstallationId),
  last_id: v.nullable(InstallationId),
});
export type ExportResponse = v.InferOutput<typeof ExportResponse>;

export const SweepResponse = v.object({
  refreshed: v.number(),
  unsuspended: v.number(),
  webhooks: v.number(),
  failed: v.number(),
  failures: v.record(v.string(), v.number()),
  wiped: v.number(),
  removed: v.number(),
});
export type SweepResponse = v.InferOutput<typeof SweepResponse>;

export const TickResponse = v.object({
  sent: v.number(),
  delivered: v.number(),
  redelivered: v.number(),
  refreshed: v.number(),
  ended: v.number(),
  webhooks: v.number(),
  failed: v.number(),
  failures: v.record(v.string(), v.number()),
});
export type TickResponse = v.InferOutput<typeof TickResponse>;

export const CheckResponse = v.object({
  checks: v.array(
    v.object({
      name: v.pipe(v.string(), v.regex(/^[a-z-]{1,40}$/)),
      status: v.picklist(["ok", "warning", "problem"]),
      summary: v.string(),
      action: v.nullable(v.string()),
    }),
  ),
});
export type CheckResponse = v.InferOutput<typeof CheckResponse>;

export const MigrateResponse = v.object({
  applied: v.array(v.string()),
  pending: v.optional(v.array(v.string())),
  rehearsed: v.number(),
});
export type MigrateResponse = v.InferOutput<typeof MigrateResponse>;

/** The JSON in the `errorMessage` of a function that failed. */
export const InvokeErrorMessage = v.object({
  message: v.string(),
  /** When the same request may succeed. */
  retry_after_seconds: v.optional(v.number()),
  /** The field of the request that is not valid. */
  field: v.optional(v.string()),
});
export type InvokeErrorMessage = v.InferOutput<typeof InvokeErrorMessage>;

/**
 * The payload that Lambda returns when a function fails: `errorType` is an error code, and `errorMessage` is an
 * `InvokeErrorMessage`. A failure of Lambda itself, such as a timeout, has other texts in both.
 */
export const InvokeFailure = v.object({ errorType: v.string(), errorMessage: v.string() });
