import { endLink } from "../../core/install/links.ts";
import { endpoint } from "../http/endpoint.ts";
import { toLinkItem } from "../http/install-link-item.ts";
import { json } from "../http/reply.ts";
import { parseInstallLinkId, refuseQuery } from "../http/request.ts";
import { linksDeps } from "../wiring/dependencies.ts";

const deps = await linksDeps();

/** `DELETE /install-links/{id}` */
export const handler = endpoint(async (event) => {
  refuseQuery(event);
  const link = await endLink(deps, parseInstallLinkId(event));
  return json(200, toLinkItem(link, new Date()));
});
