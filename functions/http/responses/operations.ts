import * as v from "valibot";
import { InactiveReason, InstallationId, OrganizationId } from "../../../core/installation.ts";
import { IsoTimestamp } from "../iso-timestamp.ts";

/** The response of `GET /installations/{id}/activity`. */
export const Activity = v.object({
  items: v.array(
    v.object({
      type: v.picklist([
        "installed",
        "refreshed",
        "looked_up",
        "rejected",
        "deactivated",
        "webhook",
      ]),
      at: IsoTimestamp,
      by: v.nullable(v.string()),
      reason: v.nullable(v.string()),
      event: v.nullable(v.string()),
      delivery_id: v.nullable(v.string()),
      handed_over: v.nullable(v.boolean()),
    }),
  ),
});
export type Activity = v.InferOutput<typeof Activity>;

/** The response of `POST /installations/{id}/health-check`. */
export const InstallationChecked = v.object({
  dry_run: v.boolean(),
  stored: v.picklist(["active", ...InactiveReason.options]),
  found: v.string(),
  changed: v.boolean(),
});
export type InstallationChecked = v.InferOutput<typeof InstallationChecked>;

/** The response of `GET /github/inventory`. */
export const GithubInventory = v.object({
  unclaimed: v.array(
    v.object({
      provider_installation_id: v.string(),
      organization_id: OrganizationId,
      organization_name: v.string(),
      suspended: v.boolean(),
      created_at: v.nullable(IsoTimestamp),
      installation_id: v.nullable(InstallationId),
    }),
  ),
  requests: v.array(
    v.object({
      organization_id: OrganizationId,
      organization_name: v.string(),
      requested_by: v.string(),
      requested_by_id: v.string(),
      created_at: IsoTimestamp,
    }),
  ),
  next_page: v.nullable(v.number()),
});
export type GithubInventory = v.InferOutput<typeof GithubInventory>;
