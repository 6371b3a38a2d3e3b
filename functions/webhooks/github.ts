import * as v from "valibot";
import { ServiceError } from "../../core/errors.ts";
import { reconcile } from "../../core/reconcile.ts";
import { verifyGithubSignature } from "../../core/signature.ts";
import { webhookDeps } from "../dependencies.ts";
import { endpoint } from "../http.ts";
import { json } from "../reply.ts";
import { parseSignedJson, readBody } from "../request.ts";

const EventName = v.pipe(v.string(), v.regex(/^[a-z_]{1,64}$/));

/** @see [Webhook events](https://docs.github.com/en/webhooks/webhook-events-and-payloads#installation) */
const Delivery = v.object({
  action: v.optional(v.string()),
  installation: v.optional(v.object({ id: v.pipe(v.number(), v.safeInteger(), v.minValue(1)) })),
});

/** The events that may change how an installation stands; all others are answered and forgotten. */
const RELEVANT = new Set(["installation", "installation_target"]);

const deps = await webhookDeps("github");

/** `POST /webhooks/github` */
export const handler = endpoint(async (event) => {
  const body = readBody(event);
  const { "x-hub-signature-256": signature, "x-github-event": name } = event.headers;
  await deps.secret.use(async (secret) => verifyGithubSignature(secret, body, signature));

  const delivery = parseSignedJson(Delivery, event, body);
  const eventName = v.safeParse(EventName, name);
  if (!eventName.success) throw new ServiceError("invalid_request", "The event has no name.");
  if (delivery.installation && RELEVANT.has(eventName.output)) {
    const providerInstallationId = String(delivery.installation.id);
    await reconcile(deps, { platform: "github", providerInstallationId });
  }
  return json(202, {});
});
