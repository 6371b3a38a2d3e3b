import { getInstallation } from "../../core/installations/read.ts";
import { endpoint } from "../http/endpoint.ts";
import { toItem } from "../http/installation-item.ts";
import { json } from "../http/reply.ts";
import { parseInstallationId, refuseQuery } from "../http/request.ts";
import { configuration, readDeps } from "../wiring/dependencies.ts";

const deps = await readDeps();

/** `GET /installations/{id}` */
export const handler = endpoint(async (event) => {
  refuseQuery(event);
  const installation = await getInstallation(deps, parseInstallationId(event));
  return json(200, toItem(installation, configuration()));
});
