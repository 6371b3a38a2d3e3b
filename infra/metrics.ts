import type { FunctionName } from "./function-table.ts";
import { metricsNamespace, nameOf } from "./stage.ts";

/** One metric of CloudWatch. */
export interface Metric {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, $util.Input<string>>>;
  readonly stat: "Sum" | "Maximum" | "p99";
}

/** Invocations of `token-lookup` that ended in one way: `ok`, or a code of `core/errors.ts`. */
export function lookups(outcome: string): Metric {
  return ours("Lookups", { outcome });
}

/** Attempts to renew tokens at any platform, by whoever made them, that ended in one way. */
export function refreshes(outcome: string): Metric {
  return ours("Refreshes", { outcome });
}

/** Events that did not reach the bus. */
export function eventFailures(): Metric {
  return ours("EventFailures", {});
}

/** How long lookups took that answered a token, in milliseconds. */
export function lookupDuration(): Metric {
  return { ...ours("LookupsDuration", { outcome: "ok" }), stat: "p99" };
}

/** HTTP requests that failed with one code. */
export function failures(code: string): Metric {
  return ours("Failures", { service: "grantkeep", code });
}

/** Installations that were deleted while the platform refused to end the access, or did not answer. */
export function revocationFailures(code: string): Metric {
  return ours("RevocationFailures", { service: "grantkeep", code });
}

/** Returns a metric that Lambda publishes for one function. */
export function ofFunction(
  name: "Errors" | "Invocations" | "Throttles",
  functionName: FunctionName,
): Metric {
  const dimensions = { FunctionName: nameOf(functionName) };
  return { namespace: "AWS/Lambda", name, dimensions, stat: "Sum" };
}

/** A metric that API Gateway counts of the API. */
export function ofApi(name: "5xx" | "4xx" | "Count", apiId: $util.Input<string>): Metric {
  return { namespace: "AWS/ApiGateway", name, dimensions: { ApiId: apiId }, stat: "Sum" };
}

/** A metric that Aurora counts of the database. */
export function ofDatabase(
  name: "DatabaseConnections" | "ACUUtilization",
  cluster: aws.rds.Cluster,
): Metric {
  const dimensions = { DBClusterIdentifier: cluster.clusterIdentifier };
  return { namespace: "AWS/RDS", name, dimensions, stat: "Maximum" };
}

function ours(name: string, dimensions: Metric["dimensions"]): Metric {
  return { namespace: metricsNamespace(), name, dimensions, stat: "Sum" };
}
