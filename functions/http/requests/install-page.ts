import * as v from "valibot";

export const InstallPageQuery = v.strictObject({ link: v.optional(v.string()) });
