import { readActivity } from "../../core/installations/activity.ts";
import { endpoint } from "../http/endpoint.ts";
import { json } from "../http/reply.ts";
import { parseInstallationId, refuseQuery } from "../http/request.ts";
import type { Activity } from "../http/responses/operations.ts";
import { activityDeps } from "../wiring/operations.ts";

const deps = await activityDeps();

/** `GET /installations/{id}/activity` */
export const handler = endpoint(async (event) => {
  refuseQuery(event);
  const items = await readActivity(deps, parseInstallationId(event));
  return json<Activity>(200, {
    items: items.map(({ type, at, by, reason, event, deliveryId, isDone }) => ({
      type,
      at: at.toISOString(),
      by: by ?? null,
      reason: reason ?? null,
      event: event ?? null,
      delivery_id: deliveryId ?? null,
      handed_over: isDone ?? null,
    })),
  });
});
