import type { Database } from "./database.ts";
import { type FunctionName, functionsTriggeredBy } from "./function-table.ts";
import {
  eventFailures,
  failures,
  lookupDuration,
  lookups,
  type Metric,
  ofApi,
  ofDatabase,
  ofFunction,
  refreshes,
  revocationFailures,
} from "./metrics.ts";
import { nameOf } from "./stage.ts";

/** The sum of some metrics that is worth a person's attention, and what the person should know. */
interface Alarm {
  readonly id: string;
  readonly description: string;
  readonly metrics: readonly Metric[];
  /** Reaching it is too much. */
  readonly threshold: number;
  /** How many periods in a row; one unless said otherwise. */
  readonly periods?: number;
}

const PERIOD_SECONDS = 300;

/** Of Aurora at 8 ACU: it accepts some 1,800. */
const MANY_CONNECTIONS = 1_400;

/** Functions that the outside calls, and that do not get the same request again for sure. */
const NOT_TO_BE_THROTTLED: readonly FunctionName[] = [
  "token-lookup",
  "callback",
  ...functionsTriggeredBy("route")
    .filter(({ trigger }) => trigger.auth === "signature")
    .map(({ name }) => name),
];

const OF_EVERY_STAGE: readonly Alarm[] = [
  {
    id: "decryption-failed",
    description: "A stored token does not open: a key was removed too early, or a row was changed.",
    metrics: [lookups, failures].map((of) => of("decryption_failed")),
    threshold: 1,
  },
  {
    id: "exports",
    description:
      "Tokens leave: somebody invokes export. Unless it was you, end their right to do so.",
    metrics: [ofFunction("Invocations", "export")],
    threshold: 1,
  },
  {
    id: "platform-misconfigured",
    description: "A platform refuses our client id, secret or private key: see its secret.",
    metrics: [refreshes, lookups, failures].map((of) => of("provider_misconfigured")),
    threshold: 1,
  },
  {
    id: "refresh-failures",
    description:
      "Tokens cannot be renewed: a platform is down, limits us or answers nonsense, or our own secrets or database are out.",
    metrics: ["provider_unavailable", "provider_rate_limited", "provider_error", "retry_later"].map(
      refreshes,
    ),
    threshold: 5,
    periods: 2,
  },
  {
    id: "install-failures",
    description: "Installs fail at the platforms, or at what they answer.",
    metrics: ["provider_unavailable", "provider_error", "exchange_failed"].map(failures),
    threshold: 5,
    periods: 2,
  },
  {
    id: "lookups-unanswered",
    description:
      "Lookups end without an answer of the contract: the database, or a secret, is out.",
    metrics: ["retry_later", "server_error"].map(lookups),
    threshold: 5,
  },
  {
    id: "lookups-slow",
    description: "One lookup in a hundred takes longer than 3 seconds.",
    metrics: [lookupDuration()],
    threshold: 3_000,
    periods: 3,
  },
  {
    id: "revocation-failures",
    description: "Deleted installations may still have access at the platform: end it there.",
    metrics: ["provider_misconfigured", "provider_error", "decryption_failed"].map(
      revocationFailures,
    ),
    threshold: 1,
  },
  {
    id: "events-lost",
    description: "Events did not reach the bus: bots have not heard of what happened.",
    metrics: [eventFailures()],
    threshold: 1,
  },
  {
    id: "throttles",
    description: "Invocations are turned away: more concurrency is wanted than is reserved.",
    metrics: NOT_TO_BE_THROTTLED.map((name) => ofFunction("Throttles", name)),
    threshold: 1,
  },
  {
    id: "sweep-errors",
    description: "The sweep fails: refresh tokens that nobody uses will die, and states pile up.",
    metrics: [ofFunction("Errors", "sweep")],
    threshold: 1,
  },
];

/** Makes the alarms, which tell the topic when they start and when they end. */
export function createAlarms(
  topic: aws.sns.Topic,
  api: sst.aws.ApiGatewayV2,
  { cluster }: Database,
): void {
  const apiErrors: Alarm = {
    id: "api-5xx",
    description: "The HTTP API answers 5xx.",
    metrics: [ofApi("5xx", api.nodes.api.id)],
    threshold: 5,
  };
  for (const alarm of [...OF_EVERY_STAGE, apiErrors, ...alarmsOf(cluster)]) {
    createAlarm(alarm, topic);
  }
}

function alarmsOf(cluster: aws.rds.Cluster | undefined): Alarm[] {
  if (!cluster) return [];
  return [
    {
      id: "database-connections",
      description: "The database is about to run out of connections.",
      metrics: [ofDatabase("DatabaseConnections", cluster)],
      threshold: MANY_CONNECTIONS,
    },
    {
      id: "database-capacity",
      description: "The database works at the capacity that it may grow to.",
      metrics: [ofDatabase("ACUUtilization", cluster)],
      threshold: 90,
      periods: 3,
    },
  ];
}

function createAlarm(alarm: Alarm, topic: aws.sns.Topic): void {
  const { id, description, metrics, threshold, periods = 1 } = alarm;
  const queries = metrics.map(({ namespace, name, dimensions, stat }, index) => ({
    id: `m${index}`,
    metric: { namespace, metricName: name, dimensions, stat, period: PERIOD_SECONDS },
  }));
  const sum = queries.map(({ id }) => `FILL(${id}, 0)`).join(" + ");
  new aws.cloudwatch.MetricAlarm(`${id}-alarm`, {
    name: nameOf(id),
    alarmDescription: description,
    comparisonOperator: "GreaterThanOrEqualToThreshold",
    threshold,
    evaluationPeriods: periods,
    // Nothing is counted while nothing happens.
    treatMissingData: "notBreaching",
    metricQueries: [...queries, { id: "sum", expression: sum, label: id, returnData: true }],
    alarmActions: [topic.arn],
    okActions: [topic.arn],
  });
}
