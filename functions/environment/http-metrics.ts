import { Metrics, MetricUnit } from "@aws-lambda-powertools/metrics";
import { readMetricsNamespace } from "./config.ts";

const metrics = new Metrics({ namespace: readMetricsNamespace(), serviceName: "grantkeep" });

/**
 * Counts one event in CloudWatch, by a line in embedded metric format of its own: requests that run side
 * by side in one process share nothing.
 */
export function count(
  name: "Installs" | "Failures" | "RevocationFailures",
  dimensions: Record<string, string>,
): void {
  const metric = metrics.singleMetric();
  for (const [dimension, value] of Object.entries(dimensions))
    metric.addDimension(dimension, value);
  metric.addMetric(name, MetricUnit.Count, 1);
}
