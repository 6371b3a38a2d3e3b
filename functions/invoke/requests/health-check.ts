import * as v from "valibot";
import { InstallationId } from "../../../core/installation.ts";

export const MAX_HEALTH_CHECK_LIMIT = 100;
const DEFAULT_LIMIT = 50;

export const HealthCheckRequest = v.strictObject({
  dry_run: v.optional(v.boolean(), true),
  after: v.optional(InstallationId),
  limit: v.optional(
    v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(MAX_HEALTH_CHECK_LIMIT)),
    DEFAULT_LIMIT,
  ),
});
