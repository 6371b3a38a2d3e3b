import * as v from "valibot";

const IamRoles = v.array(v.pipe(v.string(), v.nonEmpty()));

/** The deploy adds fields that make it invoke the function again, such as the checksum of the migrations. */
export const MigrateRequest = v.object({
  dry_run: v.optional(v.boolean(), false),
  rehearse: v.optional(v.boolean(), false),
  roles: v.optional(
    v.object({
      stage: v.pipe(v.string(), v.nonEmpty()),
      login: v.picklist(["rds", "dsql"]),
      iam_roles: v.optional(v.object({ writer: IamRoles, reader: IamRoles }), {
        writer: [],
        reader: [],
      }),
    }),
  ),
});
