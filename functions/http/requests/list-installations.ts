import * as v from "valibot";
import { InactiveReason, OrganizationId, Platform } from "../../../core/installation.ts";
import { isSearchable } from "../../../core/search-keys.ts";
import { Timestamp } from "../timestamp.ts";
import { PageLimit } from "./page-limit.ts";

/** The start of a name, or an id. */
const Search = v.pipe(
  v.string(),
  v.maxLength(255),
  v.check(isSearchable),
  v.metadata({ minLength: 1 }),
);

export const ListInstallationsQuery = v.strictObject({
  platform: v.optional(Platform),
  organization_id: v.optional(OrganizationId),
  is_active: v.optional(
    v.pipe(
      v.picklist(["true", "false"]),
      v.transform((text) => text === "true"),
    ),
  ),
  q: v.optional(Search),
  customer: v.optional(v.pipe(v.string(), v.nonEmpty(), v.maxLength(512))),
  inactive_reason: v.optional(InactiveReason),
  has_error: v.optional(v.literal("true")),
  missing: v.optional(v.literal("true")),
  installed_after: v.optional(Timestamp),
  limit: PageLimit,
  cursor: v.optional(v.string()),
});
