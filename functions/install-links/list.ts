import { ServiceError } from "../../core/errors.ts";
import { findLinkOfUrl, listLinks } from "../../core/install/links.ts";
import { endpoint } from "../http/endpoint.ts";
import { toLinkItem } from "../http/install-link-item.ts";
import { json } from "../http/reply.ts";
import { parseQuery } from "../http/request.ts";
import { ListInstallLinksQuery } from "../http/requests/list-install-links.ts";
import type { InstallLinkPage } from "../http/responses.ts";
import { linkListDeps } from "../wiring/dependencies.ts";

const deps = await linkListDeps();

/** `GET /install-links` */
export const handler = endpoint(async (event) => {
  const { link, ...page } = parseQuery(ListInstallLinksQuery, event);
  // The schema sets a limit that the request does not have.
  if (link !== undefined && new URLSearchParams(event.rawQueryString).size > 1) {
    throw new ServiceError("invalid_request", "link cannot be combined with limit or cursor.");
  }
  const { items, nextCursor } =
    link === undefined
      ? await listLinks(deps, page)
      : { items: [await findLinkOfUrl(deps, link)], nextCursor: null };
  const now = new Date();
  return json<InstallLinkPage>(200, {
    items: items.map((item) => toLinkItem(item, now)),
    next_cursor: nextCursor,
  });
});
