import { readInventory } from "../core/operations/inventory.ts";
import { endpoint } from "./http/endpoint.ts";
import { json } from "./http/reply.ts";
import { parseQuery } from "./http/request.ts";
import { GithubInventoryQuery } from "./http/requests/github-inventory.ts";
import type { GithubInventory } from "./http/responses/operations.ts";
import { inventoryDeps } from "./wiring/operations.ts";

const deps = await inventoryDeps();

/** `GET /github/inventory` */
export const handler = endpoint(async (event) => {
  const { page } = parseQuery(GithubInventoryQuery, event);
  const request = { platform: "github", page } as const;
  const { unclaimed, requests, nextPage } = await readInventory(deps, request);
  return json<GithubInventory>(200, {
    unclaimed: unclaimed.map((one) => ({
      provider_installation_id: one.providerInstallationId,
      organization_id: one.organizationId,
      organization_name: one.organizationName,
      suspended: one.isSuspended,
      created_at: one.createdAt?.toISOString() ?? null,
      installation_id: one.installationId,
    })),
    requests: requests.map(({ account, requester, createdAt }) => ({
      organization_id: account.id,
      organization_name: account.name,
      requested_by: requester.name,
      requested_by_id: requester.id,
      created_at: createdAt.toISOString(),
    })),
    next_page: nextPage,
  });
});
