import * as v from "valibot";
import { InstallationId, OrganizationId, Platform } from "../../core/installation.ts";
import { IsoTimestamp } from "../http/iso-timestamp.ts";

/** An event on the bus about one installation, as a subscriber receives it from EventBridge. */
export const BusEvent = v.object({
  source: v.literal("grantkeep"),
  "detail-type": v.picklist([
    "installation.created",
    "installation.reinstalled",
    "installation.uninstalled",
    "installation.reauthorization_required",
  ]),
  time: IsoTimestamp,
  detail: v.object({
    installation_id: InstallationId,
    platform: Platform,
    organization_id: OrganizationId,
    organization_name: v.string(),
    occurred_at: IsoTimestamp,
    reason: v.optional(v.string()),
  }),
});
export type BusEvent = v.InferOutput<typeof BusEvent>;
