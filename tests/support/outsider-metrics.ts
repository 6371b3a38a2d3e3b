/** A metric that was counted, with the dimensions of one of its sets, and its sum. */
export interface CountedMetric {
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly sum: number;
}

/**
 * The metrics that `tests/e2e/outsiders.test.ts` makes the functions count, without any credentials.
 * `tests/infra/alarms.test.ts` evaluates the alarms on it.
 */
export const OUTSIDER_METRICS: readonly CountedMetric[] = [
  reported("slack", "invalid_scope", 100),
  reported("github", "access_denied", 10),
  reported("github", "application_suspended", 10),
  reported("github", "redirect_uri_mismatch", 10),
  reported("github", "server_error", 10),
  reported("slack", "temporarily_unavailable", 10),
  reported("slack", "other", 10),
  failed("exchange_failed", 20),
  failed("invalid_request", 20),
  failed("invalid_state", 10),
  failed("invalid_signature", 10),
  failed("unknown_platform", 10),
];

function reported(platform: string, error: string, sum: number): CountedMetric {
  return { name: "CallbackErrors", dimensions: { service: "grantkeep", platform, error }, sum };
}

function failed(code: string, sum: number): CountedMetric {
  return { name: "Failures", dimensions: { service: "grantkeep", code }, sum };
}
