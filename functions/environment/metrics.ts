import type { ErrorCode } from "../../core/errors.ts";
import type { RefreshAttempt } from "../../core/tokens/refresh.ts";
import type { RejectionReport } from "../../core/tokens/rejections.ts";
import type { DeliveryReport } from "../../core/webhooks/receive-delivery.ts";
import { readMetricsNamespace } from "./config.ts";
import { withTrace } from "./trace-fields.ts";

const NAMESPACE = readMetricsNamespace();
const SERVICE = "grantkeep";

const descriptions = new Map<string, string>();

interface MetricLine {
  /** The name of the metric, which counts one. */
  readonly metric: string;
  /** Recorded as a second metric, `<metric>Duration`. */
  readonly milliseconds?: number;
  /** The sets of fields that CloudWatch aggregates by. A metric always has the same sets. */
  readonly dimensions: readonly (readonly string[])[];
  /** The other fields of the log line, besides the ids of its request. Those that are `undefined` are left out. */
  readonly fields: Readonly<Record<string, string | number | undefined>>;
}

/**
 * Writes one line in embedded metric format: CloudWatch extracts the metric, and an operator reads the log line.
 *
 * @see [Embedded metric format](https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html)
 */
export function writeMetric({ metric, milliseconds, dimensions, fields }: MetricLine): void {
  const isTimed = milliseconds !== undefined;
  const line = withTrace(fields);
  line[metric] = 1;
  if (isTimed) line[`${metric}Duration`] = Math.round(milliseconds * 100) / 100;
  const body = JSON.stringify(line);
  const head = `{"_aws":{"Timestamp":${Date.now()},"CloudWatchMetrics":${describe(metric, isTimed, dimensions)}},`;
  process.stdout.write(`${head}${body.slice(1)}\n`);
}

/** Counts an event of the HTTP API, by its dimensions and the name of the service. */
export function count(
  metric:
    | "Installs"
    | "Failures"
    | "CallbackErrors"
    | "RevocationFailures"
    | "WebhookRegistrationFailures",
  dimensions: Readonly<Record<string, string>>,
): void {
  writeMetric({
    metric,
    dimensions: [["service", ...Object.keys(dimensions)]],
    fields: { service: SERVICE, ...dimensions },
  });
}

/** Counts an attempt to refresh tokens, in a line of its own: one sweep makes hundreds of them. */
export function countRefresh({
  platform,
  outcome,
  milliseconds,
  installationId,
  organizationId,
  reason,
}: RefreshAttempt): void {
  writeMetric({
    metric: "Refreshes",
    milliseconds,
    // The first set is for the alarms, which add up all platforms.
    dimensions: [["outcome"], ["platform", "outcome"]],
    fields: {
      platform,
      outcome,
      installation_id: installationId,
      organization_id: organizationId,
      ...toFailure(outcome, reason),
    },
  });
}

/** Counts an event that the bus did not take, in a line that names it. */
export function countUnsentEvent(
  reason: string,
  fields: Readonly<
    Partial<
      Record<
        "event" | "event_id" | "delivery_id" | "installation_id" | "organization_id" | "platform",
        string | undefined
      >
    >
  >,
): void {
  writeMetric({
    metric: "EventFailures",
    dimensions: [[]],
    fields: { error: "event_not_sent", reason, ...fields },
  });
}

/** Counts a report that a platform rejected a token, by what followed from it. */
export function countRejection({ platform, outcome }: RejectionReport): void {
  writeMetric({
    metric: "Rejections",
    dimensions: [["outcome"], ["platform", "outcome"]],
    fields: { platform, outcome },
  });
}

/** Counts a delivery of a platform, in a line that names it: a bot's author can ask the platform about it. */
export function countDelivery({
  platform,
  event,
  deliveryId,
  installationId,
  organizationId,
  outcome,
}: DeliveryReport): void {
  writeMetric({
    metric: "Deliveries",
    dimensions: [["outcome"], ["platform", "outcome"]],
    fields: {
      platform,
      outcome,
      event,
      delivery_id: deliveryId,
      installation_id: installationId,
      organization_id: organizationId,
    },
  });
}

/** Returns the fields of a failure, which have the same names in every line. */
export function toFailure(outcome: "ok" | ErrorCode, reason: string | undefined) {
  return { error: outcome === "ok" ? undefined : outcome, reason };
}

/** Returns the constant part of a metric's lines as JSON, from memory: a lookup writes one line each time. */
function describe(metric: string, isTimed: boolean, dimensions: MetricLine["dimensions"]): string {
  const known = descriptions.get(metric);
  if (known !== undefined) return known;
  const duration = { Name: `${metric}Duration`, Unit: "Milliseconds" };
  const description = JSON.stringify([
    {
      Namespace: NAMESPACE,
      Dimensions: dimensions,
      Metrics: [{ Name: metric, Unit: "Count" }, ...(isTimed ? [duration] : [])],
    },
  ]);
  descriptions.set(metric, description);
  return description;
}
