import * as v from "valibot";
import { Platform } from "../../../core/installation.ts";
import { FlowMetadata } from "../../../core/metadata.ts";

const ONE_DAY_SECONDS = 86_400;

export const InstallLinkBody = v.strictObject({
  platform: Platform,
  redirect_uri: v.optional(v.string()),
  metadata: v.optional(FlowMetadata, {}),
  expires_in: v.optional(
    v.pipe(v.number(), v.integer(), v.minValue(60), v.maxValue(7 * ONE_DAY_SECONDS)),
    ONE_DAY_SECONDS,
  ),
});
