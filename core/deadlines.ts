/** A statement, over all attempts, unless it says otherwise. */
export const STATEMENT_MS = 2_400;

/** A statement that stores tokens which exist nowhere else. */
export const TOKEN_WRITE_MS = 4_000;

/** One call to a platform. */
export const PLATFORM_CALL_MS = 6_000;

/** All calls of one install; what is left of the handler's 15 seconds is for the database. */
export const INSTALL_CALLS_MS = 11_000;

/** An event on its way to the bus, after the request and before its answer. */
export const EVENT_MS = 1_000;

/** A request ends itself so long before its function is ended, after 20 seconds. */
export const HANDLER_RESERVE_MS = 5_000;
