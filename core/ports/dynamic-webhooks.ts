/** A grant by whose access token the webhooks of its organization are managed. */
export interface WebhookGrant {
  readonly organizationId: string;
  readonly accessToken: string;
  readonly signal: AbortSignal;
}

/** The webhooks of an organization that are registered at its platform. */
interface RegisteredWebhooks {
  /** The host that webhooks name the organization by. */
  readonly host: string;
  /** The platform's ids, which other organizations can have too. */
  readonly ids: readonly string[];
  /** The known ids that the grant cannot manage: another person registered them, and they expire by themselves. */
  readonly retired: readonly string[];
}

/** The webhooks of a platform where an app registers them for each organization. */
export interface DynamicWebhooks {
  /** The configured events and filter, as a text to compare; `undefined` if none are configured. */
  readonly configuration: string | undefined;
  /** The scopes of which a grant needs one. */
  readonly scopes: readonly string[];
  /** For how long they stay registered. */
  readonly lifetimeSeconds: number;
  /**
   * Registers the configured webhooks for an organization, and removes others of this URL or with a known id.
   * One that is registered already is extended, so that a repetition makes no second one.
   *
   * @throws {ServiceError} `provider_misconfigured` if the platform refuses the events or the filter;
   * `provider_error`, `provider_unavailable`, `provider_rate_limited`
   */
  register(
    grant: WebhookGrant,
    request: { readonly url: string; readonly knownIds: readonly string[] },
  ): Promise<RegisteredWebhooks>;
  /**
   * Removes webhooks. Ids that are not registered are ignored.
   *
   * @throws {ServiceError} `provider_error`, `provider_unavailable`, `provider_rate_limited`
   */
  remove(grant: WebhookGrant, ids: readonly string[]): Promise<void>;
}
