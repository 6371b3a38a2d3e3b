import type { Database } from "./database/database.ts";
import { functionsTriggeredBy, functionTable } from "./function-table.ts";
import { commandOf, deadLettersOf, logicalName, metricsNamespace, nameOf } from "./stage.ts";

const WIDTH = 12;
const HEIGHT = 6;
const TEXT_HEIGHT = 4;
const COLUMNS = 24 / WIDTH;

/** The functions that receive webhooks. */
const INTAKE = functionsTriggeredBy("route")
  .filter(({ trigger }) => trigger.auth === "signature")
  .map(({ name }) => name);

/** A metric with its dimensions, or a search expression. */
type Source = (string | Record<string, string>)[];

interface Graph {
  readonly title: string;
  readonly stat: string;
  readonly metrics: readonly Source[];
}

/** Creates the dashboard of the stage. */
export function createDashboard(api: sst.aws.ApiGatewayV2, { cluster, dsql }: Database): void {
  const values = $resolve({
    region: aws.getRegionOutput().region,
    apiId: api.nodes.api.id,
    clusterId: cluster?.clusterIdentifier ?? "",
    dsqlId: dsql?.nodes.cluster.identifier ?? "",
  });
  new aws.cloudwatch.Dashboard(logicalName("Dashboard"), {
    dashboardName: nameOf("overview"),
    dashboardBody: values.apply(({ region, apiId, clusterId, dsqlId }) => {
      const graphs = [
        ...graphsOf(apiId),
        ...(clusterId ? databaseGraphs(clusterId) : []),
        ...(dsqlId ? dsqlGraphs(dsqlId) : []),
      ];
      const widgets = [...graphs.map((graph) => toWidget(graph, region)), coldStarts(region)];
      return JSON.stringify({ widgets: [nextSteps(), ...widgets.map(toPlaced)] });
    }),
  });
}

function graphsOf(apiId: string): Graph[] {
  const namespace = metricsNamespace();
  const lookup = nameOf("token-lookup");
  return [
    { title: "Lookups by outcome", stat: "Sum", metrics: [search("outcome", "Lookups")] },
    {
      title: "Refreshes by outcome",
      stat: "Sum",
      metrics: [search("platform,outcome", "Refreshes")],
    },
    {
      title: "Lookup latency (ms)",
      stat: "p50",
      metrics: [
        [namespace, "LookupsDuration", "outcome", "ok", { stat: "p50", label: "p50" }],
        [namespace, "LookupsDuration", "outcome", "ok", { stat: "p99", label: "p99" }],
      ],
    },
    {
      title: "Refresh latency (ms)",
      stat: "p99",
      metrics: [[namespace, "RefreshesDuration", "outcome", "ok"]],
    },
    {
      title: "Reports of rejected tokens by outcome",
      stat: "Sum",
      metrics: [search("platform,outcome", "Rejections")],
    },
    {
      title: "Installs by platform",
      stat: "Sum",
      metrics: [search("service,platform", "Installs")],
    },
    {
      title: "HTTP failures by error code",
      stat: "Sum",
      metrics: [search("service,code", "Failures")],
    },
    {
      title: "Errors that browsers reported to the callback",
      stat: "Sum",
      metrics: [search("service,platform,error", "CallbackErrors")],
    },
    {
      title: "Operator functions, failed revocations, unpublished events",
      stat: "Sum",
      metrics: [
        search("outcome", "Sweeps"),
        search("outcome", "Ticks"),
        search("outcome", "HealthChecks"),
        search("outcome", "Checks"),
        search("outcome", "Imports"),
        search("outcome", "Exports"),
        search("outcome", "KeyRotations"),
        search("service,code", "RevocationFailures"),
        search("service,code", "WebhookRegistrationFailures"),
        [namespace, "EventFailures"],
      ],
    },
    {
      title: "Deliveries of platforms by outcome",
      stat: "Sum",
      metrics: [search("platform,outcome", "Deliveries")],
    },
    {
      title: "Intake of deliveries: duration (ms)",
      stat: "p99",
      metrics: INTAKE.map((name) => ["AWS/Lambda", "Duration", "FunctionName", nameOf(name)]),
    },
    {
      title: "Events that functions behind rules did not process",
      stat: "Maximum",
      metrics: functionsTriggeredBy("events").map(({ name }) => [
        "AWS/SQS",
        "ApproximateNumberOfMessagesVisible",
        "QueueName",
        deadLettersOf(name),
      ]),
    },
    {
      title: "HTTP API requests and errors",
      stat: "Sum",
      metrics: ["Count", "4xx", "5xx"].map((name) => ["AWS/ApiGateway", name, "ApiId", apiId]),
    },
    {
      title: "HTTP API latency (ms)",
      stat: "p99",
      metrics: [["AWS/ApiGateway", "Latency", "ApiId", apiId]],
    },
    {
      title: "Token lookup: concurrent executions and throttles",
      stat: "Maximum",
      metrics: [
        ["AWS/Lambda", "ConcurrentExecutions", "FunctionName", lookup],
        ["AWS/Lambda", "Throttles", "FunctionName", lookup, { stat: "Sum" }],
      ],
    },
  ];
}

function databaseGraphs(clusterId: string): Graph[] {
  const ofCluster = (name: string) => ["AWS/RDS", name, "DBClusterIdentifier", clusterId];
  return [
    {
      title: "Database: connections",
      stat: "Maximum",
      metrics: [ofCluster("DatabaseConnections")],
    },
    {
      title: "Database: capacity units",
      stat: "Maximum",
      metrics: [ofCluster("ServerlessDatabaseCapacity")],
    },
  ];
}

function dsqlGraphs(id: string): Graph[] {
  const ofCluster = (name: string) => ["AWS/AuroraDSQL", name, "ClusterId", id];
  return [
    { title: "Database: processing units", stat: "Sum", metrics: [ofCluster("TotalDPU")] },
    {
      title: "Database: transactions, and commits that were refused",
      stat: "Sum",
      metrics: [ofCluster("TotalTransactions"), ofCluster("OccConflicts")],
    },
  ];
}

/** Returns a search for all metrics of one name: one line per combination of dimension values. */
function search(dimensions: string, name: string): Source {
  const schema = `{"${metricsNamespace()}",${dimensions}}`;
  return [{ expression: `SEARCH('${schema} MetricName="${name}"', 'Sum', 300)`, label: "" }];
}

function toWidget({ title, stat, metrics }: Graph, region: string) {
  const properties = { title, region, stat, metrics, period: 300, view: "timeSeries" };
  return { type: "metric", properties };
}

// Lambda publishes no metric for cold starts, but logs a JSON report for each of them.
function coldStarts(region: string) {
  const serving = functionTable.filter(({ trigger }) => trigger.type !== "deploy");
  const groups = serving.map(({ name }) => `SOURCE '/aws/lambda/${nameOf(name)}'`).join(" | ");
  const query = [
    groups,
    'filter type = "platform.report" and ispresent(record.metrics.initDurationMs)',
    "stats count(*) as starts, pct(record.metrics.initDurationMs, 99) as p99 by bin(1h)",
  ].join(" | ");
  return { type: "log", properties: { title: "Cold starts", region, query, view: "timeSeries" } };
}

/** Returns the text above the graphs: how to tell whose fault it is, and the command for each case. */
function nextSteps() {
  const markdown = [
    `**Start with** \`${commandOf("status")}\`: what failed in the last hour, and who needs attention.`,
    `- Lookups fail with \`retry_later\`: the database or Secrets Manager. \`${commandOf("check")}\``,
    "- Refreshes of one platform fail, and no other: that platform. See its status page; fresh tokens are still returned.",
    `- Lookups fail with \`server_error\`, or the API returns 5xx: this service. \`${commandOf("logs --level error --since 30m")}\``,
    `- One customer complains: \`${commandOf("why <organization> --at 14:02")}\``,
  ].join("\n");
  const properties = { markdown };
  return { type: "text", properties, x: 0, y: 0, width: COLUMNS * WIDTH, height: TEXT_HEIGHT };
}

function toPlaced<Widget>(widget: Widget, index: number) {
  const x = (index % COLUMNS) * WIDTH;
  const y = TEXT_HEIGHT + Math.floor(index / COLUMNS) * HEIGHT;
  return { ...widget, x, y, width: WIDTH, height: HEIGHT };
}
