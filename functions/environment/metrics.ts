import { readMetricsNamespace } from "./config.ts";

const NAMESPACE = readMetricsNamespace();

const descriptions = new Map<string, string>();

/** Something that happened once, as CloudWatch counts it, and as an operator reads it. */
interface CountedEvent {
  readonly metric: string;
  /** How long it took: counted as `<metric>Duration`. */
  readonly milliseconds?: number;
  /** Which fields to count by: each list of them makes metrics of its own. */
  readonly dimensions: readonly (readonly string[])[];
  /** All that the line says besides; what is `undefined` is left out. */
  readonly fields: Readonly<Record<string, string | number | undefined>>;
}

/**
 * Writes one line in embedded metric format: the metric and the log line in one, and nothing of Powertools
 * to load.
 *
 * @see [Embedded metric format](https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html)
 */
export function writeMetricLine({ metric, milliseconds, dimensions, fields }: CountedEvent): void {
  const isTimed = milliseconds !== undefined;
  const body = JSON.stringify({
    [metric]: 1,
    ...(isTimed && { [`${metric}Duration`]: Math.round(milliseconds * 100) / 100 }),
    ...fields,
  });
  const head = `{"_aws":{"Timestamp":${Date.now()},"CloudWatchMetrics":${describe(metric, isTimed, dimensions)}},`;
  process.stdout.write(`${head}${body.slice(1)}\n`);
}

/** The part of a line that never changes for a metric, as JSON: a lookup should not make it anew. */
function describe(
  metric: string,
  isTimed: boolean,
  dimensions: CountedEvent["dimensions"],
): string {
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
