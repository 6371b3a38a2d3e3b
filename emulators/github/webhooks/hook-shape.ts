import * as v from "valibot";
import type { GithubAppContext } from "../context.ts";
import { toWireTime } from "../simple-account.ts";
import type { StoredDelivery } from "./delivery-list.ts";
import type { Attempt } from "./sender.ts";

const Id = v.object({ id: v.number() });

/** The fields of a payload that the list of deliveries has. */
const Payload = v.pipe(
  v.string(),
  v.parseJson(),
  v.fallback(
    v.looseObject({
      action: v.fallback(v.nullable(v.string()), null),
      installation: v.fallback(v.nullable(Id), null),
      repository: v.fallback(v.nullable(Id), null),
    }),
    { action: null, installation: null, repository: null },
  ),
);

/**
 * Returns a delivery as the list of deliveries shows it.
 *
 * @see [List deliveries for an app webhook](https://docs.github.com/en/rest/apps/webhooks)
 */
export function toHookDeliveryItem(
  { clock }: Pick<GithubAppContext, "clock">,
  { id, guid, redelivery, event, payload, request, attempt }: StoredDelivery,
) {
  const { action, installation, repository } = v.parse(Payload, payload);
  const { status, text } = statusOf(attempt);
  return {
    id,
    guid,
    delivered_at: request && toWireTime(clock, request.at),
    redelivery,
    duration: attempt?.seconds ?? 0,
    status: text,
    status_code: status,
    event,
    action,
    installation_id: installation?.id ?? null,
    repository_id: repository?.id ?? null,
    throttled_at: null,
  };
}

/** Returns a delivery with its request and its response. */
export function toHookDelivery(github: Pick<GithubAppContext, "clock">, delivery: StoredDelivery) {
  const { attempt, payload, request } = delivery;
  return {
    ...toHookDeliveryItem(github, delivery),
    url: request?.url ?? "",
    request: { headers: attempt?.requestHeaders ?? {}, payload: v.parse(JsonText, payload) },
    response: { headers: attempt?.responseHeaders ?? {}, payload: attempt?.responseBody ?? "" },
  };
}

const JsonText = v.pipe(v.string(), v.parseJson());

/**
 * Returns the status of a delivery. GitHub documents the texts for deliveries without a response, and not
 * their codes: 502 and 504 are assumed.
 *
 * @see [Troubleshooting webhooks](https://docs.github.com/en/webhooks/testing-and-troubleshooting-webhooks/troubleshooting-webhooks)
 */
function statusOf(attempt: Attempt | null): { status: number; text: string } {
  if (!attempt || attempt.status === null) {
    return attempt?.isTimedOut
      ? { status: 504, text: "timed out" }
      : { status: 502, text: "failed to connect to host" };
  }
  const { status } = attempt;
  return { status, text: status < 400 ? "OK" : `Invalid HTTP Response: ${status}` };
}
