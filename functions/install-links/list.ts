import { listLinks } from "../../core/install/links.ts";
import { endpoint } from "../http/endpoint.ts";
import { toLinkItem } from "../http/install-link-item.ts";
import { json } from "../http/reply.ts";
import { parseQuery } from "../http/request.ts";
import { ListInstallLinksQuery } from "../http/requests/list-install-links.ts";
import type { InstallLinkPage } from "../http/responses.ts";
import { linksDeps } from "../wiring/dependencies.ts";

const deps = await linksDeps();

/** `GET /install-links` */
export const handler = endpoint(async (event) => {
  const { items, nextCursor } = await listLinks(deps, parseQuery(ListInstallLinksQuery, event));
  const now = new Date();
  return json<InstallLinkPage>(200, {
    items: items.map((link) => toLinkItem(link, now)),
    next_cursor: nextCursor,
  });
});
