import * as v from "valibot";
import {
  InactiveReason,
  InstallationId,
  InstallationKind,
  OrganizationId,
  Platform,
} from "../../core/installation.ts";
import { FlowMetadata, Metadata } from "../../core/metadata.ts";
import { InstallLinkId } from "../../core/ports/install-links.ts";
import { StateCount } from "../../core/ports/installation-counts.ts";
import { IsoTimestamp } from "./iso-timestamp.ts";
import { STATUS } from "./status.ts";

/** The response of `GET /health`. */
export const Health = v.object({ status: v.literal("ok") });
export type Health = v.InferOutput<typeof Health>;

/** The body of every response with an error status. */
export const ErrorBody = v.object({
  error: v.picklist(Object.keys(STATUS)),
  error_description: v.string(),
  request_id: v.string(),
});
export type ErrorBody = v.InferOutput<typeof ErrorBody>;

/** Permissions of a GitHub App, with the level of access. */
export const GrantedPermissions = v.record(v.string(), v.string());

/** An installation without its tokens and secrets. */
export const InstallationItem = v.object({
  id: InstallationId,
  platform: Platform,
  organization_id: OrganizationId,
  organization_name: v.string(),
  kind: InstallationKind,
  provider_installation_id: v.nullable(v.string()),
  scopes: v.array(v.string()),
  missing_scopes: v.array(v.string()),
  permissions: GrantedPermissions,
  missing_permissions: GrantedPermissions,
  metadata: Metadata,
  is_active: v.boolean(),
  inactive_reason: v.nullable(InactiveReason),
  has_refresh_token: v.boolean(),
  token_expires_at: v.nullable(IsoTimestamp),
  refresh_token_expires_at: v.nullable(IsoTimestamp),
  grant_ends_at: v.nullable(IsoTimestamp),
  last_refreshed_at: v.nullable(IsoTimestamp),
  last_refresh_error: v.nullable(v.string()),
  installed_at: IsoTimestamp,
  installed_by: v.string(),
  installed_by_id: v.nullable(v.string()),
  requested_by: v.nullable(v.string()),
  approved_by: v.nullable(v.string()),
  has_shared_account: v.boolean(),
  last_looked_up_at: v.nullable(IsoTimestamp),
  updated_at: IsoTimestamp,
});
export type InstallationItem = v.InferOutput<typeof InstallationItem>;

/** The response of `GET /installations`. */
export const InstallationPage = v.object({
  items: v.array(InstallationItem),
  next_cursor: v.nullable(v.string()),
  has_unknown: v.optional(v.boolean()),
});
export type InstallationPage = v.InferOutput<typeof InstallationPage>;

/** The response of `GET /installations/counts`. */
export const InstallationCounts = v.object({
  counted_at: v.nullable(IsoTimestamp),
  counts: v.array(StateCount),
});
export type InstallationCounts = v.InferOutput<typeof InstallationCounts>;

/** The response of `DELETE /installations/{id}`. */
export const InstallationDeleted = v.object({
  revocation: v.picklist(["done", "failed", "not_supported", "skipped"]),
});
export type InstallationDeleted = v.InferOutput<typeof InstallationDeleted>;

/** The response of `POST /install-links`. */
export const InstallLinkCreated = v.object({
  id: InstallLinkId,
  url: v.pipe(v.string(), v.url()),
  expires_at: IsoTimestamp,
});
export type InstallLinkCreated = v.InferOutput<typeof InstallLinkCreated>;

/** An install link without its URL. */
export const InstallLinkItem = v.object({
  id: InstallLinkId,
  platform: Platform,
  redirect_uri: v.nullable(v.string()),
  metadata: FlowMetadata,
  installation_id: v.nullable(InstallationId),
  on_conflict: v.picklist(["refuse", "replace"]),
  status: v.picklist(["open", "used", "ended", "expired"]),
  created_at: IsoTimestamp,
  expires_at: IsoTimestamp,
  ended_at: v.nullable(IsoTimestamp),
  used_at: v.nullable(IsoTimestamp),
  used_by: v.nullable(InstallationId),
});
export type InstallLinkItem = v.InferOutput<typeof InstallLinkItem>;

/** The response of `GET /install-links`. */
export const InstallLinkPage = v.object({
  items: v.array(InstallLinkItem),
  next_cursor: v.nullable(v.string()),
});
export type InstallLinkPage = v.InferOutput<typeof InstallLinkPage>;

/** The JSON that completes an install. */
export const InstallSuccess = v.object({
  status: v.literal("success"),
  installation_id: InstallationId,
  organization: v.string(),
  webhook_secret: v.optional(v.string()),
  redirect_uri: v.nullable(v.string()),
});
export type InstallSuccess = v.InferOutput<typeof InstallSuccess>;

/** The JSON of an install whose grant covers several organizations. */
export const OrganizationChoice = v.object({
  status: v.literal("choose_organization"),
  pending_id: v.string(),
  organizations: v.array(
    v.object({
      id: OrganizationId,
      name: v.string(),
      url: v.nullable(v.pipe(v.string(), v.url())),
    }),
  ),
});
export type OrganizationChoice = v.InferOutput<typeof OrganizationChoice>;

/** The JSON of a member's request. */
export const RequestStatus = v.object({
  status: v.picklist(["waiting", "unconfirmed", "finished"]),
});
export type RequestStatus = v.InferOutput<typeof RequestStatus>;

/** The JSON of an install that an owner of the organization has to approve first. */
export const SetupPending = v.object({ status: v.literal("pending") });
export type SetupPending = v.InferOutput<typeof SetupPending>;

/** The response to a webhook delivery. */
export const WebhookAccepted = v.strictObject({});

/** The response to the request by which a platform verifies the URL of the webhook. */
export const WebhookChallenge = v.object({ challenge: v.string() });
