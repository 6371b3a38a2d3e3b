import * as v from "valibot";
import { Platform } from "../../../core/installation.ts";

export const InstallPageQuery = v.strictObject({
  link: v.optional(v.string()),
  platform: v.optional(Platform),
  lang: v.optional(v.string()),
});
