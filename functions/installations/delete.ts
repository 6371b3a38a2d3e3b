import * as v from "valibot";
import { deleteInstallation } from "../../core/installations.ts";
import { repositoryDeps } from "../dependencies.ts";
import { endpoint } from "../http.ts";
import { noContent } from "../reply.ts";
import { parseInstallationId, parseQuery } from "../request.ts";

const Query = v.strictObject({ revoke: v.optional(v.picklist(["true", "false"])) });

const deps = await repositoryDeps();

/** `DELETE /installations/{id}` */
export const handler = endpoint(async (event) => {
  parseQuery(Query, event);
  await deleteInstallation(deps, parseInstallationId(event));
  return noContent();
});
