import * as v from "valibot";
import { PageLimit } from "./page-limit.ts";

export const ListInstallLinksQuery = v.strictObject({
  link: v.optional(v.string()),
  limit: PageLimit,
  cursor: v.optional(v.string()),
});
