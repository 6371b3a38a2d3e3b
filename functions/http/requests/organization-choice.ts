import * as v from "valibot";
import { OrganizationId } from "../../../core/installation.ts";

export const OrganizationChoiceForm = v.strictObject({
  pending_id: v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/)),
  organization_id: OrganizationId,
});
