import type { InstallationKey, Platform } from "../installation.ts";
import type { ProviderKey } from "./token-store.ts";

/** A request to a webhook. */
export interface WebhookRequest {
  /** By their names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** The bytes as they were received: they are what the platform signed. */
  readonly body: Buffer;
}

/** An installation of an App that somebody has created at its platform. */
export interface CreatedInstallation extends ProviderKey {
  readonly organizationId: string;
  /** Who created it. */
  readonly sender: { readonly id: string; readonly name: string };
  /** The member who requested it; `null` without a request. */
  readonly requester: { readonly id: string; readonly name: string } | null;
}

/** The content of a webhook request. */
export interface WebhookDelivery {
  /** The installations whose state at the platform may have changed. */
  readonly installations: readonly (InstallationKey | ProviderKey)[];
  /** Whether their stored access tokens may have changed: their permissions, or whether they are valid. */
  readonly mayChangeToken?: boolean;
  /** The installation that was created, if its account can be connected. */
  readonly created?: CreatedInstallation;
  /** A text that the platform expects back, to know that the URL is ours. */
  readonly challenge?: string;
}

/** The webhooks of one platform. */
export interface PlatformWebhook {
  readonly platform: Platform;
  /** The field of the platform's secret that its webhooks are signed with. */
  readonly secretField: string;
  /**
   * Verifies the signature of a request.
   *
   * @throws {ServiceError} `invalid_signature`
   */
  verify(secret: string, request: WebhookRequest, now: Date): void;
  /**
   * Reads a request whose signature was verified.
   *
   * @throws {ServiceError} `unsupported_media_type`, `invalid_request`
   */
  read(request: WebhookRequest): WebhookDelivery;
}
