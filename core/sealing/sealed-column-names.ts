/** The columns of `installations` that contain encrypted text. */
export const SEALED_COLUMNS = [
  "registration",
  "access_token",
  "refresh_token",
  "previous_refresh_token",
  "webhook_secret",
] as const;
export type SealedColumn = (typeof SEALED_COLUMNS)[number];
