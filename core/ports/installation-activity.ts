/** A delivery about an installation. */
export interface ActivityDelivery {
  /** The platform, a colon and the platform's id of the delivery. */
  readonly deliveryId: string;
  /** The name of the event at the platform. */
  readonly event: string;
  readonly receivedAt: Date;
  /** Whether it was handed over. */
  readonly isDone: boolean;
}

/** When something last happened to an installation, as far as its row has it. */
export interface ActivityTimes {
  readonly installedAt: Date;
  readonly installedBy: string;
  readonly lastRefreshedAt: Date | null;
  readonly lastLookedUpAt: Date | null;
  /** When a token was last checked or replaced because a caller reported that the platform rejects it. */
  readonly rejectionCheckedAt: Date | null;
  readonly inactiveReason: string | null;
  readonly updatedAt: Date;
}

/** The past of an installation, as far as it is stored. */
interface InstallationActivity {
  readonly times: ActivityTimes;
  /** The newest of the last seven days. */
  readonly deliveries: readonly ActivityDelivery[];
}

/** The port that reads what happened to an installation. */
export interface ActivityReader {
  /**
   * Returns the activity of an installation, with at most `limit` deliveries; `undefined` if there is none.
   *
   * @throws {ServiceError} `retry_later`
   */
  find(id: string, options: { limit: number }): Promise<InstallationActivity | undefined>;
}
