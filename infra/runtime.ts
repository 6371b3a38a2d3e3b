/** The Lambda runtime of every function. */
export const RUNTIME = "nodejs24.x";

export const ARCHITECTURE = "arm64";

export const MEMORY_MB = 512;

/** The timeout of functions that a client waits for: API Gateway waits 30 seconds. */
export const REQUEST_TIMEOUT_SECONDS = 20;

/** The timeout of a lookup, which may wait 20 seconds for a platform: its response is the only copy of new tokens. */
export const LOOKUP_TIMEOUT_SECONDS = 30;

/** The timeout of the function that runs every two minutes. */
export const TICK_TIMEOUT_SECONDS = 110;

/** The timeout of functions that receive webhooks: less than their claim of a delivery holds. */
const INTAKE_TIMEOUT_SECONDS = 8;

/** The timeout of the function that processes deliveries: it waits for a refresh that is under way. */
export const RECONCILE_TIMEOUT_SECONDS = 40;

/** The timeout of functions that process many installations. */
const JOB_TIMEOUT_SECONDS = 300;

/** The limits of functions that a client waits for. */
export const REQUEST = { timeoutSeconds: REQUEST_TIMEOUT_SECONDS, memoryMb: MEMORY_MB };

/** The limits of functions that receive webhooks. */
export const RECEIVE = { timeoutSeconds: INTAKE_TIMEOUT_SECONDS, memoryMb: MEMORY_MB };

/** The limits of functions that process many installations. */
export const JOB = { timeoutSeconds: JOB_TIMEOUT_SECONDS, memoryMb: MEMORY_MB };
