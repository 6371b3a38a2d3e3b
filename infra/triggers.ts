/** Operators invoke it. */
export const DIRECT = { type: "invoke", versioned: false, sharedWithAccounts: false } as const;

/** Pages take as many requests at once as there are instances, so that API Gateway refuses a flood, and not Lambda. */
export const PAGE = {
  type: "route",
  auth: "public",
  throttle: { requestsPerSecond: 20, burst: 20 },
} as const;
/** It waits for the platform. */
export const CALLBACK = {
  ...PAGE,
  throttle: { requestsPerSecond: 10, burst: 20 },
  withoutHead: true,
} as const;
/** Monitors request it without credentials. */
export const MONITOR = { ...PAGE, throttle: { requestsPerSecond: 5, burst: 5 } } as const;
/** A page that waits asks every five seconds. */
export const WAITING = { ...PAGE, throttle: { requestsPerSecond: 10, burst: 10 } } as const;
/** A person submits it once. */
export const ORGANIZATION_CHOICE = {
  ...PAGE,
  throttle: { requestsPerSecond: 5, burst: 5 },
} as const;
/**
 * One route has the events of all installations. The limit is above what the reserved concurrency processes, so that
 * Lambda refuses what is too much: with status 503, after which the delivery is requested again, and not with 429.
 */
export const WEBHOOK = {
  type: "route",
  auth: "signature",
  throttle: { requestsPerSecond: 500, burst: 1_000 },
} as const;
/** Programs of the operator, with SigV4. */
export const OPERATOR = {
  type: "route",
  auth: "iam",
  throttle: { requestsPerSecond: 50, burst: 100 },
} as const;
