/** After this time, the server ends a statement of a request. */
export const STATEMENT_TIMEOUT_MS = 800;

/** The same for a statement of the sweep, which reads or changes a batch of rows while nobody waits. */
export const SWEEP_STATEMENT_MS = 5_000;

/** Returns the time for a database statement that the server ends after `timeoutMs`, over all attempts. */
export function toBudgetMs(timeoutMs: number): number {
  return 3 * timeoutMs;
}

/** The default for a database statement, over all attempts. */
export const STATEMENT_MS = toBudgetMs(STATEMENT_TIMEOUT_MS);

/** A statement that stores new tokens, over all attempts. */
export const TOKEN_WRITE_MS = 4_000;

/** One call to a platform, but for a refresh. */
export const PLATFORM_CALL_MS = 6_000;

/** A call that refreshes tokens: its response is their only copy, so that it may take long. */
export const REFRESH_CALL_MS = 20_000;

/** A refresh is not started with less time for its call. */
export const MIN_REFRESH_CALL_MS = 10_000;

/** The time that a refresh leaves after its call, to store the tokens or to check the old one. */
export const REFRESH_RESERVE_MS = 7_000;

/** A refresh is started only with this much time left for the handler. */
export const MIN_TIME_FOR_REFRESH_MS = MIN_REFRESH_CALL_MS + REFRESH_RESERVE_MS;

/** A lease lasts this much longer than the call that it is for. */
export const LEASE_RESERVE_MS = 6_000;

/** The check of a stored token after a refresh failed, while the lease lasts. */
export const TOKEN_CHECK_MS = 3_000;

/** All platform calls of one install. The rest of the handler's 15 seconds is for the database. */
export const INSTALL_CALLS_MS = 11_000;

/** Publishing an event, after the request is handled and before the response is sent; and removing it then. */
export const EVENT_MS = 1_000;

/** Storing the body of a delivery that is too long for the event bus, over all attempts. */
export const BODY_MS = 2_000;

/** Middy's early timeout: this long before Lambda's 20 s. */
export const HANDLER_RESERVE_MS = 5_000;

/** A statement of the intake of webhooks, over all attempts: Slack expects a response within three seconds. */
export const DELIVERY_STATEMENT_MS = 800;

/** Putting a delivery on the bus. */
export const DELIVERY_EVENT_MS = 800;

/** Recording that a delivery was handed over. If only this fails, it is acknowledged. */
export const DELIVERY_DONE_MS = 300;

/** Middy's early timeout of the intake, whose function has 8 s: less than a claim of a delivery holds. */
export const INTAKE_RESERVE_MS = 1_000;

/** For storing that a token was looked up, while the lookup that has the token waits. */
export const LOOKUP_NOTE_MS = 50;
