import * as v from "valibot";
import { InstallationId } from "../../../core/installation.ts";
import { KeyId } from "../../../core/sealing/keyring.ts";

export const MAX_RESEAL_LIMIT = 100_000;
const DEFAULT_RESEAL_LIMIT = 10_000;

export const KeyRingName = v.picklist(["token", "state"]);

/** A change is only checked, and not made, unless `dry_run` is `false`. */
const DryRun = v.optional(v.boolean(), true);

export const RotateKeysRequest = v.variant("step", [
  v.strictObject({
    step: v.literal("status"),
    ring: KeyRingName,
    after: v.optional(InstallationId),
  }),
  v.strictObject({ step: v.literal("add"), ring: KeyRingName, dry_run: DryRun }),
  v.strictObject({ step: v.literal("promote"), ring: KeyRingName, key_id: KeyId, dry_run: DryRun }),
  v.strictObject({
    step: v.literal("reseal"),
    // Values under the state ring expire, or are deleted after a week.
    ring: v.literal("token"),
    after: v.optional(InstallationId),
    limit: v.optional(
      v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(MAX_RESEAL_LIMIT)),
      DEFAULT_RESEAL_LIMIT,
    ),
    dry_run: DryRun,
  }),
  v.strictObject({ step: v.literal("remove"), ring: KeyRingName, key_id: KeyId, dry_run: DryRun }),
]);
export type RotateKeysRequest = v.InferOutput<typeof RotateKeysRequest>;
