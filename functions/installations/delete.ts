import { deleteInstallation } from "../../core/installations.ts";
import { repositoryDeps } from "../dependencies.ts";
import { endpoint } from "../http.ts";
import { noContent } from "../reply.ts";
import { parseInstallationId } from "../request.ts";

const deps = await repositoryDeps();

/** `DELETE /installations/{id}` */
export const handler = endpoint(async (event) => {
  await deleteInstallation(deps, parseInstallationId(event));
  return noContent();
});
