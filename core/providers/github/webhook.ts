import * as v from "valibot";
import { ServiceError } from "../../errors.ts";
import type {
  CreatedInstallation,
  Lifecycle,
  PlatformWebhook,
  WebhookRequest,
} from "../../ports/webhook.ts";
import { ReportedName } from "../reported-text.ts";
import {
  Action,
  otherApp,
  parseSigned,
  readPayload,
  requireContent,
  verifyHmac,
} from "../webhook-request.ts";
import type { GithubSecret } from "./settings.ts";

const SIGNATURE_HEADER = "x-hub-signature-256";
const DELIVERY_HEADER = "x-github-delivery";

const INSTALLATION_EVENT = "installation";
const REPOSITORIES_EVENT = "installation_repositories";
const AUTHORIZATION_EVENT = "github_app_authorization";

/** The events that can change the state of an installation. */
const LIFECYCLE = new Set([
  INSTALLATION_EVENT,
  "installation_target",
  REPOSITORIES_EVENT,
  AUTHORIZATION_EVENT,
]);

/** The actions after which a token has other permissions than a new one, or is not valid any more. */
const TOKEN_CHANGES = new Set(["new_permissions_accepted", "unsuspend"]);

const Id = v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.transform(String));
const Person = v.object({ id: Id, login: ReportedName });

/** A delivery about a new installation, on an account whose owners can be verified. An enterprise is none. */
const Created = v.object({
  action: v.literal("created"),
  installation: v.object({
    id: Id,
    account: v.object({ id: Id, type: v.picklist(["User", "Organization"]) }),
  }),
  sender: Person,
  requester: v.nullish(Person, null),
});

/** A delivery about a person who took back the authorization of the App: it has no installation. */
const Authorization = v.object({ sender: v.object({ id: Id }) });

const EventName = v.pipe(v.string(), v.regex(/^[a-z_]{1,64}$/));

/** The GUID of a delivery, which a redelivery keeps. */
const DeliveryId = v.pipe(v.string(), v.regex(/^[\w-]{1,64}$/));

/** @see [Webhook events](https://docs.github.com/en/webhooks/webhook-events-and-payloads#installation) */
const Payload = v.object({
  action: Action,
  installation: v.optional(v.object({ id: Id })),
});

/**
 * The webhooks of a GitHub App, as JSON or as a form.
 *
 * @see [Validating webhook deliveries](https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries)
 * @see [Delivery headers](https://docs.github.com/en/webhooks/webhook-events-and-payloads#delivery-headers)
 */
export const githubWebhook: PlatformWebhook = {
  platform: "github",
  secretField: "webhook_secret" satisfies keyof GithubSecret,
  deliveryHeader: DELIVERY_HEADER,

  verify(secret, { headers, body }) {
    verifyHmac(secret, [body], { prefix: "sha256=", signature: headers[SIGNATURE_HEADER] });
  },

  read(request, { appId }) {
    const body = readPayload(request);
    const value = parseSigned(body);
    const { installation, action } = requireContent(Payload, value);
    const { event, id, targetId } = readHeaders(request);
    if (appId !== undefined && targetId !== undefined && targetId !== appId) throw otherApp();
    return {
      type: "delivery",
      delivery: {
        id,
        event,
        action,
        owner: installation
          ? { type: "provider_installation", providerInstallationId: installation.id }
          : null,
        lifecycle: LIFECYCLE.has(event) ? toLifecycle(event, value) : null,
        body,
      },
    };
  },
};

function readHeaders({ headers }: WebhookRequest) {
  const event = v.safeParse(EventName, headers["x-github-event"]);
  if (!event.success) throw new ServiceError("invalid_request", "The event has no name.");
  const id = v.safeParse(DeliveryId, headers[DELIVERY_HEADER]);
  if (!id.success) throw new ServiceError("invalid_request", "The delivery has no id.");
  const targetId = headers["x-github-hook-installation-target-id"];
  return { event: event.output, id: id.output, targetId };
}

function toLifecycle(event: string, value: object): Lifecycle | null {
  const { installation, action } = requireContent(Payload, value);
  if (event === AUTHORIZATION_EVENT) {
    const person = v.safeParse(Authorization, value);
    if (!person.success) return null;
    const account = { platform: "github", organizationId: person.output.sender.id } as const;
    return { installations: [account], mayChangeToken: false, created: null };
  }
  if (!installation) return null;
  const created = v.safeParse(Created, value);
  return {
    installations: [{ platform: "github", providerInstallationId: installation.id }],
    mayChangeToken: event === REPOSITORIES_EVENT || TOKEN_CHANGES.has(action ?? ""),
    created: event === INSTALLATION_EVENT && created.success ? toCreated(created.output) : null,
  };
}

function toCreated({
  installation,
  sender,
  requester,
}: v.InferOutput<typeof Created>): CreatedInstallation {
  return {
    platform: "github",
    providerInstallationId: installation.id,
    organizationId: installation.account.id,
    sender: toParty(sender),
    requester: requester && toParty(requester),
  };
}

function toParty({ id, login }: v.InferOutput<typeof Person>) {
  return { id, name: login || id };
}
