import * as v from "valibot";
import { type EmulatorApp, jsonResponse, type RequestContext, readJson } from "../../http.ts";
import type { GithubAppContext } from "../context.ts";
import { restError } from "../errors.ts";
import type { StoredDelivery } from "./delivery-list.ts";
import { changeConfig, HookConfigBody, toHookConfig } from "./hook-config.ts";
import { toHookDelivery, toHookDeliveryItem } from "./hook-shape.ts";

/** GitHub lists and redelivers what it delivered in the last three days. */
const RETENTION_MS = 3 * 86_400_000;

const Query = v.object({
  per_page: v.optional(
    v.pipe(v.string(), v.toNumber(), v.integer(), v.minValue(1), v.maxValue(100)),
    "30",
  ),
  cursor: v.optional(
    v.pipe(
      v.string(),
      v.regex(/^v1_\d{1,15}$/),
      v.transform((cursor) => Number(cursor.slice("v1_".length))),
    ),
  ),
  status: v.optional(v.picklist(["success", "failure"])),
  redelivery: v.optional(v.picklist(["true", "false"])),
});

/**
 * Adds the routes of the App's webhook, for its JWT.
 *
 * @see [GitHub App webhooks](https://docs.github.com/en/rest/apps/webhooks)
 */
export function addHookApi(api: EmulatorApp, github: GithubAppContext): void {
  const { webhooks } = github;
  api.get("/hook/config", () => jsonResponse(200, toHookConfig(webhooks.config())));
  api.patch("/hook/config", (c) => {
    const body = v.safeParse(HookConfigBody, readJson(c));
    if (!body.success) return restError(422, "Validation Failed");
    webhooks.changeConfig(changeConfig(webhooks.config(), body.output));
    return jsonResponse(200, toHookConfig(webhooks.config()));
  });
  api.get("/hook/deliveries", (c) => listDeliveries(github, c));
  api.get("/hook/deliveries/:id{[0-9]+}", (c) =>
    withDelivery(github, c, (found) => jsonResponse(200, toHookDelivery(github, found))),
  );
  api.post("/hook/deliveries/:id{[0-9]+}/attempts", (c) =>
    withDelivery(github, c, ({ id }) => {
      webhooks.redeliver(id);
      return jsonResponse(202, {});
    }),
  );
}

/** Lists the newest first. The cursor is the first delivery of the next page. */
function listDeliveries(github: GithubAppContext, c: RequestContext): Response {
  const query = v.safeParse(Query, c.req.query());
  if (!query.success) return restError(422, "Validation Failed");
  const { per_page, cursor, status, redelivery } = query.output;
  const isWanted = (delivery: StoredDelivery) =>
    isListed(github, delivery) &&
    (cursor === undefined || delivery.id <= cursor) &&
    (status === undefined || outcomeOf(delivery) === status) &&
    (redelivery === undefined || String(delivery.redelivery) === redelivery);
  const found: StoredDelivery[] = [];
  for (const delivery of github.webhooks.stored().reverse()) {
    if (isWanted(delivery)) found.push(delivery);
    if (found.length > per_page) break;
  }
  const next = found[per_page];
  const link = new URLSearchParams({ ...c.req.query(), cursor: `v1_${next?.id}` });
  const url = `${new URL(github.url).origin}${c.req.path}?${link}`;
  const page = found.slice(0, per_page).map((delivery) => toHookDeliveryItem(github, delivery));
  return jsonResponse(200, page, next ? { link: `<${url}>; rel="next"` } : {});
}

function withDelivery(
  github: GithubAppContext,
  c: RequestContext,
  handle: (delivery: StoredDelivery) => Response,
): Response {
  const id = Number(c.req.param("id"));
  const delivery = github.webhooks.stored().find((known) => known.id === id);
  const isFound = delivery && isListed(github, delivery);
  return isFound ? handle(delivery) : restError(404, "Not Found");
}

/** Returns whether a delivery has ended, and is not too old. */
function isListed({ clock }: GithubAppContext, { state, request }: StoredDelivery): boolean {
  return state === "done" && request !== null && request.at > clock.now() - RETENTION_MS;
}

/** Returns the filter that a delivery belongs to: statuses from 200 to 399 are a success. */
function outcomeOf({ attempt }: StoredDelivery): "success" | "failure" {
  const status = attempt?.status ?? null;
  return status !== null && status < 400 ? "success" : "failure";
}
