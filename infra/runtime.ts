/** The Lambda runtime of every function. */
export const RUNTIME = "nodejs24.x";

export const ARCHITECTURE = "arm64";

export const MEMORY_MB = 512;

/** The timeout of functions that a client waits for: API Gateway waits 30 seconds. */
export const REQUEST_TIMEOUT_SECONDS = 20;

/** The timeout of functions that process many installations. */
export const JOB_TIMEOUT_SECONDS = 300;
