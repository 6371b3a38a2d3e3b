import * as v from "valibot";

export const DeleteInstallationQuery = v.strictObject({
  revoke: v.optional(v.picklist(["true", "false"]), "true"),
});
