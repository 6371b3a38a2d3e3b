import { readMetricsNamespace } from "./config.ts";

const NAMESPACE = readMetricsNamespace();

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
  const duration = `${metric}Duration`;
  const isTimed = milliseconds !== undefined;
  const line = {
    _aws: {
      Timestamp: Date.now(),
      CloudWatchMetrics: [
        {
          Namespace: NAMESPACE,
          Dimensions: dimensions,
          Metrics: [
            { Name: metric, Unit: "Count" },
            ...(isTimed ? [{ Name: duration, Unit: "Milliseconds" }] : []),
          ],
        },
      ],
    },
    [metric]: 1,
    ...(isTimed && { [duration]: Math.round(milliseconds * 100) / 100 }),
    ...fields,
  };
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
