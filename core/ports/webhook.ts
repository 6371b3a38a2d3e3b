import * as v from "valibot";
import { OrganizationId, Platform, ProviderInstallationId } from "../installation.ts";

/** A request to a webhook. */
export interface WebhookRequest {
  /** By their names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** The bytes as they were received: they are what the platform signed. */
  readonly body: Buffer;
}

const Person = v.object({ id: v.string(), name: v.string() });

const OrganizationKey = v.object({ platform: Platform, organizationId: OrganizationId });

const ProviderKey = v.object({
  platform: Platform,
  providerInstallationId: ProviderInstallationId,
});

/** An installation of an App that somebody has created at its platform. */
const CreatedInstallation = v.object({
  ...ProviderKey.entries,
  organizationId: OrganizationId,
  /** Who created it. */
  sender: Person,
  /** The member who requested it; `null` without a request. */
  requester: v.nullable(Person),
});
export type CreatedInstallation = Readonly<v.InferOutput<typeof CreatedInstallation>>;

/**
 * The content of a delivery that can change a grant. It is stored when the signature is verified, and nothing
 * else is believed later.
 */
export const Lifecycle = v.object({
  /** The installations whose state at the platform may have changed. */
  installations: v.array(v.union([ProviderKey, OrganizationKey])),
  /** Whether their stored access tokens may have changed: their permissions, or whether they are valid. */
  mayChangeToken: v.boolean(),
  /** The installation that was created, if its account can be connected. */
  created: v.nullable(CreatedInstallation),
});
export type Lifecycle = Readonly<v.InferOutput<typeof Lifecycle>>;

/** The ids by which a delivery names the installation that it is for. */
export type DeliveryOwner =
  | { readonly type: "provider_installation"; readonly providerInstallationId: string }
  /** Organizations, of which the first that has an installation is meant. */
  | { readonly type: "organizations"; readonly organizationIds: readonly string[] }
  /**
   * An organization by webhooks that its installation has registered: by all of the ids, which other
   * organizations can have too. The request does not prove which organization has sent it.
   */
  | {
      readonly type: "webhooks";
      readonly site: WebhookSite;
      readonly webhookIds: readonly string[];
    };

/** An organization that webhooks name by its host, or by its id. */
export type WebhookSite = { readonly host: string } | { readonly organizationId: string };

/** A delivery for the bot, or about its installation. */
export interface Delivery {
  /** The platform's id of the delivery, which a copy has too; the SHA-256 of the body where there is none. */
  readonly id: string;
  /** The kind of event, e.g. `issues`. */
  readonly event: string;
  /** The action, e.g. `opened`; `null` if the platform has none for the event. */
  readonly action: string | null;
  /** `null` if the delivery is about no installation. */
  readonly owner: DeliveryOwner | null;
  /** `null` for a delivery that cannot change a grant. */
  readonly lifecycle: Lifecycle | null;
  /** The text of a JSON object, as the platform sent it. */
  readonly body: string;
}

/** The content of a webhook request. */
export type WebhookContent =
  | { readonly type: "delivery"; readonly delivery: Delivery }
  /** A check of the URL, with the text that the platform expects back. */
  | { readonly type: "check"; readonly challenge: string };

/** The registration of the app that a delivery must be for. */
export interface RegisteredApp {
  /** `undefined` if it is not configured: then a signature is all that is checked. */
  readonly appId?: string | undefined;
}

/** The webhooks of one platform. */
export interface PlatformWebhook {
  readonly platform: Platform;
  /** The field of the platform's secret that its webhooks are signed with. */
  readonly secretField: string;
  /** The header with the id of a delivery, if the platform has one; it is not signed. */
  readonly deliveryHeader?: string;
  /**
   * Verifies the signature of a request.
   *
   * @throws {ServiceError} `invalid_signature`
   */
  verify(secret: string, request: WebhookRequest, now: Date): void | Promise<void>;
  /**
   * Reads a request whose signature was verified.
   *
   * @throws {ServiceError} `unsupported_media_type`, `invalid_request`
   */
  read(request: WebhookRequest, app: RegisteredApp): WebhookContent;
}
