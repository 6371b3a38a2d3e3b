import { isMissing } from "../../core/configuration/missing-grant.ts";
import { listInstallations } from "../../core/installations/read.ts";
import { endpoint } from "../http/endpoint.ts";
import { toItem } from "../http/installation-item.ts";
import { json } from "../http/reply.ts";
import { parseQuery } from "../http/request.ts";
import { ListInstallationsQuery } from "../http/requests/list-installations.ts";
import type { InstallationPage } from "../http/responses.ts";
import { configuration, readDeps } from "../wiring/dependencies.ts";

const deps = await readDeps();

/** `GET /installations` */
export const handler = endpoint(async (event) => {
  const { limit, cursor, ...query } = parseQuery(ListInstallationsQuery, event);
  const filter = {
    platform: query.platform,
    organizationId: query.organization_id,
    isActive: query.is_active,
    inactiveReason: query.inactive_reason,
    search: query.q,
    customer: query.customer,
    hasError: query.has_error !== undefined,
    installedAfter: query.installed_after,
    missing: query.missing !== undefined,
  };
  const { items, nextCursor, hasUnknown } = await listInstallations(deps, {
    filter,
    isMissing: (granted) => isMissing(configuration(), granted),
    limit,
    cursor,
  });
  return json<InstallationPage>(200, {
    items: items.map((installation) => toItem(installation, configuration())),
    next_cursor: nextCursor,
    ...((filter.missing || filter.search !== undefined) && { has_unknown: hasUnknown }),
  });
});
