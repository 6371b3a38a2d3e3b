import type { Database } from "./database/database.ts";
import { FIRST_COMMANDS } from "./first-commands.ts";
import { type FunctionName, functionsTriggeredBy } from "./function-table.ts";
import {
  apiMetric,
  databaseMetric,
  deadLetters,
  deliveries,
  eventFailures,
  failures,
  functionMetric,
  lookupDuration,
  lookups,
  type Metric,
  refreshes,
  revocationFailures,
} from "./metrics.ts";
import { commandOf, logicalName, nameOf } from "./stage.ts";

/** An alarm on the sum of some metrics. */
interface Alarm {
  readonly id: keyof typeof FIRST_COMMANDS;
  /** Written for the engineer on call: what happened, and what to do next. */
  readonly description: string;
  readonly metrics: readonly Metric[];
  /** The alarm starts when the sum reaches this value. */
  readonly threshold: number;
  /** The number of consecutive periods that must reach the threshold. Default: 1. */
  readonly periods?: number;
}

const PERIOD_SECONDS = 300;

/** Has a row for each alarm. */
const DOCUMENT = "docs/operate.md (Alarms)";

/** Aurora accepts about 1,800 connections at 8 ACU. */
const MANY_CONNECTIONS = 1_400;

/** Functions whose throttled requests are lost: their callers do not all retry. */
const THROTTLED: readonly FunctionName[] = [
  "token-lookup",
  "callback",
  ...functionsTriggeredBy("route")
    .filter(({ trigger }) => trigger.auth === "signature")
    .map(({ name }) => name),
];

const ALARMS: readonly Alarm[] = [
  {
    id: "decryption-failed",
    description:
      "A stored token could not be decrypted: its key was deleted from the token key ring too early, or the row was changed. Restore the previous value of the secret token-keyring. Delete a key only after rotate-keys reports that no row uses it.",
    metrics: [lookups, failures].map((of) => of("decryption_failed")),
    threshold: 1,
  },
  {
    id: "exports",
    description:
      "The function export was invoked, which reads all stored tokens. If this was not planned, revoke the permission to invoke it and replace the tokens. The log of the function shows the number of rows and the thumbprint of the recipient's key.",
    metrics: [functionMetric("Invocations", "export")],
    threshold: 1,
  },
  {
    id: "platform-misconfigured",
    description:
      "A platform rejected the app's client id, client secret or private key. The log of the function that failed names the platform. Compare its secret in Secrets Manager with the app's settings at the platform.",
    metrics: [refreshes, lookups, failures].map((of) => of("provider_misconfigured")),
    threshold: 1,
  },
  {
    id: "refresh-failures",
    description:
      "Tokens could not be refreshed for 10 minutes. Outcome provider_unavailable, provider_rate_limited or provider_error: check the platform's status page. Outcome retry_later: check the database and Secrets Manager. The dashboard shows the outcomes by platform.",
    metrics: ["provider_unavailable", "provider_rate_limited", "provider_error", "retry_later"].map(
      refreshes,
    ),
    threshold: 5,
    periods: 2,
  },
  {
    id: "install-failures",
    description:
      "Installs failed for 10 minutes because a platform was unavailable or returned an unexpected response. Check the platform's status page, then the log of the function callback.",
    // Not exchange_failed: anybody can open the callback with a made-up code.
    metrics: ["provider_unavailable", "provider_error"].map(failures),
    threshold: 5,
    periods: 2,
  },
  {
    id: "lookups-unanswered",
    description:
      "Token lookups failed, so bots got no token. Outcome retry_later: check the database and Secrets Manager. Outcome server_error: this is a defect; read the log of the function token-lookup.",
    metrics: ["retry_later", "server_error"].map(lookups),
    threshold: 5,
  },
  {
    id: "lookups-slow",
    description:
      "For 15 minutes, one token lookup in a hundred took longer than 3 seconds. Compare the latency of lookups and refreshes on the dashboard: slow refreshes are caused by a platform, others by the database or by cold starts.",
    metrics: [lookupDuration()],
    threshold: 3_000,
    periods: 3,
  },
  {
    id: "revocation-failures",
    description:
      "An installation was deleted, but the platform did not revoke its access. Find it in the log of the function installations-delete, and uninstall the app at the platform.",
    metrics: ["provider_misconfigured", "provider_error", "decryption_failed"].map(
      revocationFailures,
    ),
    threshold: 1,
  },
  {
    id: "events-late",
    description:
      "Events could not be published to the event bus for 10 minutes, so bots learn of changes late. They are stored, and the function tick sends them again every two minutes. The log lines with EventFailures have the reason: check that the bus exists and that the functions may publish to it.",
    metrics: [eventFailures()],
    threshold: 1,
    periods: 2,
  },
  {
    id: "events-delayed",
    description:
      "The event bus did not take deliveries of platforms for 10 minutes, so bots get them late. They are stored, encrypted, and the function tick sends them again every two minutes. The log lines with EventFailures have the reason: check that the bus exists and that the functions may publish to it.",
    metrics: [deliveries("delayed")],
    threshold: 1,
    periods: 2,
  },
  {
    id: "events-unclaimed",
    description:
      "For 15 minutes, at least 100 deliveries in five minutes were for no connected installation, so no bot knows whom they are for. An App was installed and not connected, or an installation was deleted here and not at the platform. The log lines with the outcome unclaimed have the delivery; the event installation.unclaimed names the organization.",
    metrics: [deliveries("unclaimed")],
    threshold: 100,
    periods: 3,
  },
  {
    id: "dead-letters",
    description:
      "A function behind a rule of the event bus could not be started, or failed to process an event three times. The command prints the events and their errors from the queue grantkeep-<stage>-<function>-dead-letters, and what to do when the cause is fixed: delete the messages, then deliver the events again.",
    metrics: functionsTriggeredBy("events").map(({ name }) => deadLetters(name)),
    threshold: 1,
  },
  {
    id: "throttles",
    description:
      "Lambda throttled a function that lookups, installs or webhooks need: its reserved concurrency is used up. If the load is expected, raise reservedConcurrency in infra/function-table.ts, and check that the database accepts as many connections.",
    metrics: THROTTLED.map((name) => functionMetric("Throttles", name)),
    threshold: 1,
  },
  {
    id: "sweep-errors",
    description:
      "The hourly sweep failed: unused refresh tokens may expire, and expired rows are not deleted. Read the log of the function sweep, and invoke it again when the cause is fixed.",
    metrics: [functionMetric("Errors", "sweep")],
    threshold: 1,
  },
  {
    id: "tick-errors",
    description:
      "The function tick failed twice in a row: events are not sent again, refreshes with an unknown outcome are not tried again, and grants whose time has come are not ended. Read the log of the function tick: usually the database or Secrets Manager is not available.",
    metrics: [functionMetric("Errors", "tick")],
    threshold: 2,
  },
];

/** Creates the alarms. They notify the topic when they start and when they end. */
export function createAlarms(
  topic: aws.sns.Topic,
  api: sst.aws.ApiGatewayV2,
  { cluster, dsql }: Database,
): void {
  const apiErrors: Alarm = {
    id: "api-5xx",
    description:
      "The HTTP API returned at least 5 responses with status 5xx in 5 minutes. The access log of the API names the route and the integration error; then read the log of the function that serves the route.",
    metrics: [apiMetric("5xx", api.nodes.api.id)],
    threshold: 5,
  };
  for (const alarm of [...ALARMS, apiErrors, ...databaseAlarms(cluster), ...dsqlAlarms(dsql)]) {
    createAlarm(alarm, topic);
  }
}

function databaseAlarms(cluster: aws.rds.Cluster | undefined): Alarm[] {
  if (!cluster) return [];
  return [
    {
      id: "database-connections",
      description:
        "The database has used 1,400 of about 1,800 connections. Find the function with the most concurrent executions, and lower its reserved concurrency, or raise the maximum capacity of the cluster.",
      metrics: [databaseMetric("DatabaseConnections", cluster)],
      threshold: MANY_CONNECTIONS,
    },
    {
      id: "database-capacity",
      description:
        "For 15 minutes, the database has used 90 % of its maximum capacity. Look for the slowest statements in Performance Insights, or raise the maximum capacity of the cluster.",
      metrics: [databaseMetric("ACUUtilization", cluster)],
      threshold: 90,
      periods: 3,
    },
  ];
}

/** @see [Metrics of Aurora DSQL](https://docs.aws.amazon.com/aurora-dsql/latest/userguide/cloudwatch-monitoring.html) */
function dsqlAlarms(dsql: sst.aws.Dsql | undefined): Alarm[] {
  if (!dsql) return [];
  const metric = (name: string) => ({
    namespace: "AWS/AuroraDSQL",
    name,
    dimensions: { ClusterId: dsql.nodes.cluster.identifier },
    stat: "Sum" as const,
  });
  return [
    {
      id: "database-conflicts",
      description:
        "The database refused at least 1,000 commits in 5 minutes, three times in a row, because other transactions had changed the same rows. Each was tried again. Look in the log of token-lookup for an installation that very many callers look up while its token cannot be refreshed.",
      metrics: [metric("OccConflicts")],
      threshold: 1_000,
      periods: 3,
    },
    {
      id: "database-timeouts",
      description:
        "At least 10 statements reached the time limit of the database in 5 minutes. Read the log of the function sweep, and the status page of Aurora DSQL.",
      metrics: [metric("QueryTimeouts")],
      threshold: 10,
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
  new aws.cloudwatch.MetricAlarm(logicalName(`${id}-alarm`), {
    name: nameOf(id),
    alarmDescription: `${description} First: ${commandOf(FIRST_COMMANDS[id])} Then: ${DOCUMENT} and the dashboard ${nameOf("overview")}.`,
    comparisonOperator: "GreaterThanOrEqualToThreshold",
    threshold,
    evaluationPeriods: periods,
    // Grantkeep publishes no zeros: no data means that nothing happened.
    treatMissingData: "notBreaching",
    metricQueries: [...queries, { id: "sum", expression: sum, label: id, returnData: true }],
    alarmActions: [topic.arn],
    okActions: [topic.arn],
  });
}
