import { getInstallation } from "../../core/installations/create.ts";
import { readerDeps } from "../dependencies.ts";
import { endpoint } from "../http.ts";
import { json } from "../reply.ts";
import { parseInstallationId, refuseQuery } from "../request.ts";
import { toItem } from "./item.ts";

const deps = await readerDeps();

/** `GET /installations/{id}` */
export const handler = endpoint(async (event) => {
  refuseQuery(event);
  const installation = await getInstallation(deps, parseInstallationId(event));
  return json(200, toItem(installation));
});
