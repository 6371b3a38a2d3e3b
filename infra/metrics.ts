import type { FunctionName } from "./function-table.ts";
import { deadLettersOf, metricsNamespace, nameOf } from "./stage.ts";

/** A CloudWatch metric. */
export interface Metric {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, $util.Input<string>>>;
  readonly stat: "Sum" | "Maximum" | "p99";
}

/** Returns the count of `token-lookup` invocations by outcome: `ok`, or a code of `core/errors.ts`. */
export function lookups(outcome: string): Metric {
  return grantkeepMetric("Lookups", { outcome });
}

/** Returns the count of token refreshes by outcome, over all platforms and all callers. */
export function refreshes(outcome: string): Metric {
  return grantkeepMetric("Refreshes", { outcome });
}

/** Returns the count of events that could not be published. */
export function eventFailures(): Metric {
  return grantkeepMetric("EventFailures", {});
}

/** Returns the count of deliveries of platforms by what became of them, e.g. `handed_over`. */
export function deliveries(outcome: string): Metric {
  return grantkeepMetric("Deliveries", { outcome });
}

/** Returns the number of events that a function behind a rule did not process. */
export function deadLetters(functionName: FunctionName): Metric {
  return {
    namespace: "AWS/SQS",
    name: "ApproximateNumberOfMessagesVisible",
    get dimensions() {
      return { QueueName: deadLettersOf(functionName) };
    },
    stat: "Maximum",
  };
}

/** Returns the p99 duration of successful lookups, in milliseconds. */
export function lookupDuration(): Metric {
  return grantkeepMetric("LookupsDuration", { outcome: "ok" }, "p99");
}

/** Returns the count of HTTP requests that failed with one error code. */
export function failures(code: string): Metric {
  return grantkeepMetric("Failures", { service: "grantkeep", code });
}

/** Returns the count of deleted installations whose access the platform did not revoke. */
export function revocationFailures(code: string): Metric {
  return grantkeepMetric("RevocationFailures", { service: "grantkeep", code });
}

/** Returns a metric that Lambda publishes for one function. */
export function functionMetric(
  name: "Errors" | "Invocations" | "Throttles",
  functionName: FunctionName,
): Metric {
  return {
    namespace: "AWS/Lambda",
    name,
    get dimensions() {
      return { FunctionName: nameOf(functionName) };
    },
    stat: "Sum",
  };
}

/** Returns a metric that API Gateway publishes for the API. */
export function apiMetric(name: "5xx" | "4xx" | "Count", apiId: $util.Input<string>): Metric {
  return { namespace: "AWS/ApiGateway", name, dimensions: { ApiId: apiId }, stat: "Sum" };
}

/** Returns a metric that Aurora publishes for the database. */
export function databaseMetric(
  name: "DatabaseConnections" | "ACUUtilization",
  cluster: aws.rds.Cluster,
): Metric {
  const dimensions = { DBClusterIdentifier: cluster.clusterIdentifier };
  return { namespace: "AWS/RDS", name, dimensions, stat: "Maximum" };
}

// The names of a stage are not known yet when the alarms are imported: hence the getters.
function grantkeepMetric(
  name: string,
  dimensions: Metric["dimensions"],
  stat: Metric["stat"] = "Sum",
): Metric {
  return {
    get namespace() {
      return metricsNamespace();
    },
    name,
    dimensions,
    stat,
  };
}
