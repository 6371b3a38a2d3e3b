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
  const { platform, organization_id, is_active, missing, limit, cursor } = parseQuery(
    ListInstallationsQuery,
    event,
  );
  const filter = {
    platform,
    organizationId: organization_id,
    isActive: is_active,
    missing: missing !== undefined,
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
    ...(filter.missing && { has_unknown: hasUnknown }),
  });
});
