/** One attempt of a platform to send a delivery. */
export interface PastDelivery {
  /** The platform's id of the attempt. */
  readonly id: string;
  /** The id of the delivery, which all its attempts have. */
  readonly guid: string;
  readonly deliveredAt: Date;
  readonly hasSucceeded: boolean;
  /** Whether nobody refused it: there was no response, or one that asks for another attempt. */
  readonly mayBeLost: boolean;
}

/** The port of the deliveries of a platform that sends each once, and again on request. */
export interface DeliveryHistory {
  /**
   * Returns a page of attempts, the newest first.
   *
   * @throws {ServiceError} `platform_not_configured`, `provider_misconfigured`, `provider_error`,
   * `provider_unavailable`, `provider_rate_limited`
   */
  list(request: {
    readonly cursor: string | null;
    readonly signal: AbortSignal;
  }): Promise<{ readonly deliveries: readonly PastDelivery[]; readonly next: string | null }>;
  /**
   * Requests another attempt.
   *
   * @throws {ServiceError} the errors of `list`
   */
  redeliver(id: string, options: { readonly signal: AbortSignal }): Promise<void>;
}
