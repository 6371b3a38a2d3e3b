import * as v from "valibot";
import { OrganizationId, Platform } from "../../core/installation.ts";
import { listInstallations } from "../../core/installations/read.ts";
import { endpoint } from "../http/endpoint.ts";
import { toItem } from "../http/installation-item.ts";
import { json } from "../http/reply.ts";
import { parseQuery } from "../http/request.ts";
import { readerDeps } from "../wiring/dependencies.ts";

const Query = v.strictObject({
  platform: v.optional(Platform),
  organization_id: v.optional(OrganizationId),
  is_active: v.optional(
    v.pipe(
      v.picklist(["true", "false"]),
      v.transform((text) => text === "true"),
    ),
  ),
  limit: v.optional(
    v.pipe(v.string(), v.regex(/^[1-9][0-9]{0,2}$/), v.transform(Number), v.maxValue(100)),
    "50",
  ),
  cursor: v.optional(v.string()),
});

const deps = await readerDeps();

/** `GET /installations` */
export const handler = endpoint(async (event) => {
  const { platform, organization_id, is_active, limit, cursor } = parseQuery(Query, event);
  const filter = { platform, organizationId: organization_id, isActive: is_active };
  const { items, nextCursor } = await listInstallations(deps, { filter, limit, cursor });
  return json(200, { items: items.map(toItem), next_cursor: nextCursor });
});
