import * as v from "valibot";
import { OrganizationId, Platform } from "../../../core/installation.ts";
import { PageLimit } from "./page-limit.ts";

export const ListInstallationsQuery = v.strictObject({
  platform: v.optional(Platform),
  organization_id: v.optional(OrganizationId),
  is_active: v.optional(
    v.pipe(
      v.picklist(["true", "false"]),
      v.transform((text) => text === "true"),
    ),
  ),
  missing: v.optional(v.literal("true")),
  limit: PageLimit,
  cursor: v.optional(v.string()),
});
