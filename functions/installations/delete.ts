import * as v from "valibot";
import { uninstall } from "../../core/installations/delete.ts";
import { uninstallDeps } from "../dependencies.ts";
import { endpoint } from "../http.ts";
import { log } from "../log.ts";
import { count } from "../metrics.ts";
import { noContent } from "../reply.ts";
import { parseInstallationId, parseQuery } from "../request.ts";

const Query = v.strictObject({ revoke: v.optional(v.picklist(["true", "false"]), "true") });

const deps = await uninstallDeps();

/** `DELETE /installations/{id}` */
export const handler = endpoint(async (event) => {
  const id = parseInstallationId(event);
  const { revoke } = parseQuery(Query, event);
  const revocation = await uninstall(deps, { id, revoke: revoke === "true" });
  if (revocation !== "done" && revocation !== "skipped") {
    count("RevocationFailures", { code: revocation });
  }
  log("deleted", { installation_id: id, revocation });
  return noContent();
});
