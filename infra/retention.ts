/** For how many days a stage keeps data that was deleted from its database. */
export const RETENTION_DAYS = {
  /** The backups of the database. */
  backups: { production: 14, other: 1 },
  /** The archive of the event bus. */
  archive: 7,
  /** The bucket with the bodies of deliveries. */
  deliveries: 7,
  /** The queues with what could not be processed. */
  deadLetters: 14,
  /** The log groups, `3 months` in the names of SST. */
  logs: 90,
} as const;
