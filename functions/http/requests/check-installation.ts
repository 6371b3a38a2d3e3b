import * as v from "valibot";

export const CheckInstallationQuery = v.strictObject({
  dry_run: v.optional(v.picklist(["true", "false"]), "false"),
});
