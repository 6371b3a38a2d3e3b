import * as v from "valibot";
import { OrganizationId, Platform } from "../../../core/installation.ts";

export const ListInstallationsQuery = v.strictObject({
  platform: v.optional(Platform),
  organization_id: v.optional(OrganizationId),
  is_active: v.optional(
    v.pipe(
      v.picklist(["true", "false"]),
      v.transform((text) => text === "true"),
    ),
  ),
  limit: v.optional(
    v.pipe(v.string(), v.regex(/^[1-9][0-9]{0,2}$/), v.transform(Number), v.maxValue(100)),
    "50",
  ),
  cursor: v.optional(v.string()),
});
