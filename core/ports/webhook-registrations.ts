import type { InstallationKind } from "../installation.ts";

/** The webhooks of an installation as they are stored. */
export interface StoredWebhooks {
  readonly host: string | null;
  readonly ids: readonly string[];
  readonly retired: readonly string[];
}

/** The right to register the webhooks of an installation, which nobody else has until it expires. */
export interface WebhookClaim extends StoredWebhooks {
  readonly installationId: string;
  /** A write under a claim has no effect after an install or another claim. */
  readonly version: number;
}

/**
 * The port that stores which webhooks an installation has registered. An install makes the registration of a
 * kind with dynamic webhooks due. Every method throws `retry_later` if the store does not respond in time.
 */
export interface WebhookRegistrations {
  /** Takes the right to register webhooks; `undefined` if they are not due, or the installation is inactive. */
  claim(installationId: string, options: { seconds: number }): Promise<WebhookClaim | undefined>;
  /**
   * Stores what was registered, for which configuration, and when it is due again; `null` if it never is.
   * Returns `false`, and has no effect, if the claim has ended. An installation that was stored with the same host
   * loses it, and is due: a host belongs to one organization at a time.
   */
  store(
    claim: WebhookClaim,
    registered: StoredWebhooks & { configuration: string; dueInSeconds: number | null },
  ): Promise<boolean>;
  /** Makes a failed registration due again after some time, unless the claim has ended. */
  postpone(claim: WebhookClaim, options: { seconds: number }): Promise<void>;
  /** Returns the stored webhooks of an installation, active or not; `undefined` if there is no such installation. */
  find(installationId: string): Promise<StoredWebhooks | undefined>;
  /**
   * Makes the registrations due that were made for another configuration, and returns how many.
   *
   * @param limit.hasTime is asked before each batch
   */
  expireOthers(
    current: { kind: InstallationKind; configuration: string },
    limit?: { readonly hasTime?: () => boolean },
  ): Promise<number>;
  /** Returns the ids of active installations whose webhooks are due, the longest due first. */
  findDue(limits: { kind: InstallationKind; count: number }): Promise<string[]>;
}
