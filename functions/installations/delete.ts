import { deleteInstallation } from "../../core/installations/delete.ts";
import { count } from "../environment/metrics.ts";
import { endpoint, logChange } from "../http/endpoint.ts";
import { json } from "../http/reply.ts";
import { parseInstallationId, parseQuery } from "../http/request.ts";
import { DeleteInstallationQuery } from "../http/requests/delete-installation.ts";
import type { InstallationDeleted } from "../http/responses.ts";
import { deleteDeps } from "../wiring/dependencies.ts";

const deps = await deleteDeps();

/** `DELETE /installations/{id}` */
export const handler = endpoint(async (event) => {
  const id = parseInstallationId(event);
  const { revoke } = parseQuery(DeleteInstallationQuery, event);
  const revocation = await deleteInstallation(deps, { id, revoke: revoke === "true" });
  const { outcome } = revocation;
  const code = outcome === "failed" ? revocation.code : undefined;
  if (code) count("RevocationFailures", { code });
  logChange(event, "deleted", {
    installation_id: id,
    revocation: outcome,
    ...(code && { error: code }),
  });
  return json<InstallationDeleted>(200, { revocation: outcome });
});
