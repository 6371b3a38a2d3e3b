import { endpoint } from "../http/endpoint.ts";
import { json } from "../http/reply.ts";
import { refuseQuery } from "../http/request.ts";
import type { InstallationCounts } from "../http/responses.ts";
import { countsDeps } from "../wiring/operations.ts";

const deps = await countsDeps();

/** `GET /installations/counts` */
export const handler = endpoint(async (event) => {
  refuseQuery(event);
  const counted = await deps.counts.find();
  return json<InstallationCounts>(200, {
    counted_at: counted?.countedAt.toISOString() ?? null,
    counts: [...(counted?.counts ?? [])],
  });
});
