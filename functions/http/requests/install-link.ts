import * as v from "valibot";
import { InstallationId, Platform } from "../../../core/installation.ts";
import { FlowMetadata } from "../../../core/metadata.ts";
import { MAX_LINK_SECONDS } from "../../../core/ports/install-links.ts";

const ONE_DAY_SECONDS = 86_400;

export const InstallLinkBody = v.strictObject({
  platform: Platform,
  redirect_uri: v.optional(v.string()),
  metadata: v.optional(FlowMetadata, {}),
  installation_id: v.optional(InstallationId),
  on_conflict: v.optional(v.picklist(["refuse", "replace"]), "refuse"),
  expires_in: v.optional(
    v.pipe(v.number(), v.integer(), v.minValue(60), v.maxValue(MAX_LINK_SECONDS)),
    ONE_DAY_SECONDS,
  ),
});
