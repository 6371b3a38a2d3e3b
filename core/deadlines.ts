/** The default for a database statement, over all attempts. */
export const STATEMENT_MS = 2_400;

/** A statement that stores new tokens, over all attempts. */
export const TOKEN_WRITE_MS = 4_000;

/** One call to a platform. */
export const PLATFORM_CALL_MS = 6_000;

/** All platform calls of one install. The rest of the handler's 15 seconds is for the database. */
export const INSTALL_CALLS_MS = 11_000;

/** Publishing an event, after the request is handled and before the response is sent. */
export const EVENT_MS = 1_000;

/** Middy's early timeout: this long before Lambda's 20 s. */
export const HANDLER_RESERVE_MS = 5_000;
