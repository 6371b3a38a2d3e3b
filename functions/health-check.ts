import * as v from "valibot";
import { InstallationId } from "../core/installation.ts";
import { checkHealth } from "../core/operations/sweep.ts";
import { directFunction } from "./invoke/direct-function.ts";
import { maintenanceDeps } from "./wiring/dependencies.ts";

const HealthCheckRequest = v.strictObject({
  /** `false` lets what is stored follow what the platforms say. */
  dry_run: v.optional(v.boolean(), true),
  /** `last_id` of the answer before: where to go on. */
  after: v.optional(InstallationId),
  limit: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(100)), 50),
});

const deps = await maintenanceDeps();

/** Invoked as `health-check`: asks the platforms whether installations still work, some at a time. */
export const handler = directFunction(
  "HealthChecks",
  HealthCheckRequest,
  async (request, context) => {
    const { checked, findings, lastId } = await checkHealth(deps, {
      dryRun: request.dry_run,
      before: request.after,
      limit: request.limit,
      remainingMs: () => context.getRemainingTimeInMillis(),
    });
    const answer = {
      dry_run: request.dry_run,
      checked,
      findings: findings.map(({ installationId, before, status, isChanged }) => ({
        installation_id: installationId,
        stored: before ?? "active",
        found: status,
        changed: isChanged,
      })),
      last_id: lastId,
    };
    return { answer, audit: {} };
  },
);
