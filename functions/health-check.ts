import { checkHealth } from "../core/operations/health-check.ts";
import { directFunction, type Invocation } from "./invoke/direct-function.ts";
import { HealthCheckRequest } from "./invoke/requests/health-check.ts";
import type { HealthCheckResponse } from "./invoke/responses.ts";
import { healthCheckDeps } from "./wiring/dependencies.ts";

const deps = await healthCheckDeps();

/** Invoked as `health-check`: asks the platforms whether a page of installations still works. */
export const handler = directFunction(
  "HealthChecks",
  HealthCheckRequest,
  async (request, context): Promise<Invocation<HealthCheckResponse>> => {
    const { checked, findings, lastId } = await checkHealth(deps, {
      dryRun: request.dry_run,
      before: request.after,
      limit: request.limit,
      remainingMs: () => context.getRemainingTimeInMillis(),
    });
    const response = {
      dry_run: request.dry_run,
      checked,
      findings: findings.map(({ installationId, before, status, isChanged }) => ({
        installation_id: installationId,
        stored: before ?? ("active" as const),
        found: status,
        changed: isChanged,
      })),
      last_id: lastId,
    };
    return { response, audit: {} };
  },
);
