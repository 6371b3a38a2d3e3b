import * as v from "valibot";
import { ServiceError } from "../../errors.ts";
import type { CreatedInstallation, PlatformWebhook } from "../../ports/webhook.ts";
import { ReportedName } from "../reported-text.ts";
import { parseSignedJson, verifyHmac } from "../webhook-request.ts";
import type { GithubSecret } from "./settings.ts";

const SIGNATURE_HEADER = "x-hub-signature-256";
const EVENT_HEADER = "x-github-event";

const INSTALLATION_EVENT = "installation";
const REPOSITORIES_EVENT = "installation_repositories";

/** The events that can change the state of an installation. All others are acknowledged and ignored. */
const RELEVANT = new Set([INSTALLATION_EVENT, "installation_target", REPOSITORIES_EVENT]);

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

const EventName = v.pipe(v.string(), v.regex(/^[a-z_]{1,64}$/));

/** @see [Webhook events](https://docs.github.com/en/webhooks/webhook-events-and-payloads#installation) */
const Delivery = v.object({
  action: v.optional(v.string()),
  installation: v.optional(v.object({ id: v.pipe(v.number(), v.safeInteger(), v.minValue(1)) })),
});

/**
 * The webhooks of a GitHub App.
 *
 * @see [Validating webhook deliveries](https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries)
 */
export const githubWebhook: PlatformWebhook = {
  platform: "github",
  secretField: "webhook_secret" satisfies keyof GithubSecret,

  verify(secret, { headers, body }) {
    verifyHmac(secret, [body], { prefix: "sha256=", signature: headers[SIGNATURE_HEADER] });
  },

  read(request) {
    const { installation, action = "" } = parseSignedJson(Delivery, request);
    const name = v.safeParse(EventName, request.headers[EVENT_HEADER]);
    if (!name.success) throw new ServiceError("invalid_request", "The event has no name.");
    if (!installation || !RELEVANT.has(name.output)) return { installations: [] };
    const providerInstallationId = String(installation.id);
    const created = v.safeParse(Created, parseSignedJson(v.unknown(), request));
    return {
      installations: [{ platform: "github", providerInstallationId }],
      ...(name.output === INSTALLATION_EVENT &&
        created.success && {
          created: toCreated(created.output),
        }),
      mayChangeToken: name.output === REPOSITORIES_EVENT || TOKEN_CHANGES.has(action),
    };
  },
};

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
