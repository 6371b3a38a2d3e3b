import { HANDLER_RESERVE_MS } from "../../core/deadlines.ts";
import { checkInstallation } from "../../core/operations/health-check.ts";
import { endpoint, logChange } from "../http/endpoint.ts";
import { json } from "../http/reply.ts";
import { parseInstallationId, parseQuery } from "../http/request.ts";
import { CheckInstallationQuery } from "../http/requests/check-installation.ts";
import type { InstallationChecked } from "../http/responses/operations.ts";
import { healthCheckDeps } from "../wiring/dependencies.ts";

const deps = await healthCheckDeps();

/** `POST /installations/{id}/health-check` */
export const handler = endpoint(async (event, context) => {
  const id = parseInstallationId(event);
  const { dry_run } = parseQuery(CheckInstallationQuery, event);
  const dryRun = dry_run === "true";
  const remainingMs = () => context.getRemainingTimeInMillis() - HANDLER_RESERVE_MS;
  const { before, status, isChanged } = await checkInstallation(deps, id, { dryRun, remainingMs });
  if (!dryRun) logChange(event, "checked", { installation_id: id });
  return json<InstallationChecked>(200, {
    dry_run: dryRun,
    stored: before ?? "active",
    found: status,
    changed: isChanged,
  });
});
