import { readFile } from "node:fs/promises";
import * as v from "valibot";
import { expect, test } from "vitest";
import { STATUS } from "../../functions/http/status.ts";
import { functionsTriggeredBy } from "../../infra/function-table.ts";
import { LOG_QUERIES } from "../../infra/log-queries.ts";
import { METRICS } from "../support/metrics.ts";
import { deployStage } from "./deployment.ts";

const Alarm = v.object({
  name: v.string(),
  alarmDescription: v.pipe(v.string(), v.minLength(80), v.maxLength(1_024)),
  threshold: v.number(),
  evaluationPeriods: v.number(),
  treatMissingData: v.literal("notBreaching"),
  alarmActions: v.array(v.string()),
  metricQueries: v.array(
    v.object({
      id: v.string(),
      expression: v.optional(v.string()),
      metric: v.optional(
        v.object({
          namespace: v.string(),
          metricName: v.string(),
          dimensions: v.optional(v.record(v.string(), v.string()), {}),
        }),
      ),
    }),
  ),
});

const Dashboard = v.object({
  widgets: v.array(
    v.object({
      type: v.string(),
      properties: v.looseObject({
        title: v.string(),
        region: v.literal("us-east-1"),
        metrics: v.optional(v.array(v.array(v.union([v.string(), v.looseObject({})]))), []),
      }),
    }),
  ),
});

const NAMESPACE = "Grantkeep/production";
const Search = v.object({ expression: v.string() });
const SEARCH = /\{"Grantkeep\/production",(?<dimensions>[\w,]+)\} MetricName="(?<metric>\w+)"/;

const deployment = await deployStage("production", {
  environment: { ALARM_EMAIL: "oncall@example.com" },
});
const alarms = deployment
  .ofType("aws:cloudwatch/metricAlarm:MetricAlarm")
  .map(({ inputs }) => v.parse(Alarm, inputs));
const body = v.parse(
  v.string(),
  deployment.one("aws:cloudwatch/dashboard:Dashboard").inputs.dashboardBody,
);
const { widgets } = v.parse(v.object({ widgets: v.array(v.unknown()) }), JSON.parse(body));
// The first is the text above the graphs.
const dashboard = v.parse(Dashboard, { widgets: widgets.slice(1) });

test("the deploy creates exactly these alarms", () => {
  expect(alarms.map(({ name }) => name.replace("grantkeep-production-", "")).sort()).toEqual([
    "api-5xx",
    "database-capacity",
    "database-connections",
    "dead-letters",
    "decryption-failed",
    "events-delayed",
    "events-late",
    "events-unclaimed",
    "exports",
    "install-failures",
    "lookups-slow",
    "lookups-unanswered",
    "platform-misconfigured",
    "refresh-failures",
    "revocation-failures",
    "sweep-errors",
    "throttles",
    "tick-errors",
  ]);
});

test("docs/operate.md says what to do about each alarm", async () => {
  const text = await readFile(new URL("../../docs/operate.md", import.meta.url), "utf8");
  const [, section = ""] = /^## Alarms$(.*?)^## /ms.exec(text) ?? [];
  const rows = [...section.matchAll(/^\| `(?<id>[a-z0-9-]+)` \|/gm)];

  expect(rows.map(({ groups }) => groups?.id).sort()).toEqual(
    alarms.map(({ name }) => name.replace("grantkeep-production-", "")).sort(),
  );
});

test("one failed sweep starts an alarm: the sweep runs once in twelve periods", () => {
  const alarm = alarms.find(({ name }) => name.endsWith("sweep-errors"));

  expect(alarm).toMatchObject({ threshold: 1, evaluationPeriods: 1 });
});

test("two failures in a row of the function that runs every two minutes start an alarm", () => {
  const alarm = alarms.find(({ name }) => name.endsWith("tick-errors"));

  expect(alarm).toMatchObject({ threshold: 2, evaluationPeriods: 1 });
});

test("every alarm notifies the topic, to which the e-mail address is subscribed", () => {
  const topic = "arn:aws:sns:us-east-1:123456789012:grantkeep-production-alarms";

  for (const { name, alarmActions } of alarms) expect(alarmActions, name).toEqual([topic]);
  expect(deployment.one("aws:sns/topicSubscription:TopicSubscription").inputs).toEqual({
    topic,
    protocol: "email",
    endpoint: "oncall@example.com",
  });
});

test("one token that cannot be decrypted starts an alarm, in a lookup and in an HTTP request", () => {
  const alarm = alarms.find(({ name }) => name.endsWith("decryption-failed"));

  const namespace = NAMESPACE;
  const code = "decryption_failed";
  expect(alarm?.threshold).toBe(1);
  expect(alarm?.metricQueries.map(({ metric }) => metric)).toEqual([
    { namespace, metricName: "Lookups", dimensions: { outcome: code } },
    { namespace, metricName: "Failures", dimensions: { service: "grantkeep", code } },
    undefined,
  ]);
  expect(alarm?.metricQueries.at(-1)?.expression).toBe("FILL(m0, 0) + FILL(m1, 0)");
});

test("failed refreshes start an alarm, also when the lookup returned a token", () => {
  const alarm = alarms.find(({ name }) => name.endsWith("refresh-failures"));

  const metrics = alarm?.metricQueries.flatMap(({ metric }) => metric ?? []) ?? [];
  expect(new Set(metrics.map(({ metricName }) => metricName))).toEqual(new Set(["Refreshes"]));
  expect(metrics.map(({ dimensions }) => dimensions)).toEqual([
    { outcome: "provider_unavailable" },
    { outcome: "provider_rate_limited" },
    { outcome: "provider_error" },
    { outcome: "retry_later" },
  ]);
});

test("alarms and dashboard read metrics that the functions publish, by their dimensions", () => {
  const read = [...alarmMetrics(), ...dashboardMetrics()];
  const counted = Object.entries(METRICS).flatMap(([name, sets]) =>
    sets.map((set) => `${name}(${set.toSorted()})`),
  );

  expect(read.length).toBeGreaterThan(20);
  expect(read.filter((metric) => !counted.includes(metric))).toEqual([]);
});

test("alarms name only error codes that exist", () => {
  const coded = ofOurs(alarms).filter(({ metricName }) => metricName !== "Deliveries");
  const dimensions = coded.map(({ dimensions }) => dimensions);
  const codes = dimensions.flatMap(({ code, outcome }) => code ?? outcome ?? []);

  expect(codes.length).toBeGreaterThan(10);
  expect(codes.filter((code) => code !== "ok" && !(code in STATUS))).toEqual([]);
});

test("one event that a function behind a rule did not process starts an alarm, until it is deleted", () => {
  const alarm = alarms.find(({ name }) => name.endsWith("dead-letters"));

  expect(alarm).toMatchObject({ threshold: 1, evaluationPeriods: 1 });
  expect(alarm?.metricQueries.flatMap(({ metric }) => metric ?? [])).toEqual(
    functionsTriggeredBy("events").map(({ name }) => ({
      namespace: "AWS/SQS",
      metricName: "ApproximateNumberOfMessagesVisible",
      dimensions: { QueueName: `grantkeep-production-${name}-dead-letters` },
    })),
  );
});

test("deliveries that the bus does not take, and those for nobody, start an alarm each", () => {
  const outcomeOf = (id: string) =>
    alarms
      .find(({ name }) => name.endsWith(id))
      ?.metricQueries.flatMap(({ metric }) => metric?.dimensions.outcome ?? []);

  expect(outcomeOf("events-delayed")).toEqual(["delayed"]);
  expect(outcomeOf("events-unclaimed")).toEqual(["unclaimed"]);
});

test("every export starts an alarm, also when it fails", () => {
  const alarm = alarms.find(({ name }) => name.endsWith("exports"));

  expect(alarm?.threshold).toBe(1);
  expect(alarm?.metricQueries[0]?.metric).toEqual({
    namespace: "AWS/Lambda",
    metricName: "Invocations",
    dimensions: { FunctionName: "grantkeep-production-export" },
  });
});

test("the functions publish to the namespace that the alarms read", () => {
  const { environment } = v.parse(
    v.object({ environment: v.object({ variables: v.record(v.string(), v.string()) }) }),
    deployment.one("aws:lambda/function:Function", "TokenLookupFunction").inputs,
  );

  expect(environment.variables.METRICS_NAMESPACE).toBe("Grantkeep/production");
});

test("every function that an alarm names is deployed", () => {
  const metrics = alarms.flatMap(({ metricQueries }) => metricQueries.map(({ metric }) => metric));
  const named = metrics.map((metric) => metric?.dimensions.FunctionName).filter(Boolean);
  const deployed = deployment
    .ofType("aws:lambda/function:Function")
    .map(({ inputs }) => inputs.name);

  expect(named.length).toBeGreaterThan(0);
  expect(named.filter((name) => !deployed.includes(name))).toEqual([]);
});

test("the dashboard shows lookups, refreshes, installs, failures, latency, cold starts and the database", () => {
  expect(dashboard.widgets.map(({ properties }) => properties.title)).toEqual([
    "Lookups by outcome",
    "Refreshes by outcome",
    "Lookup latency (ms)",
    "Refresh latency (ms)",
    "Reports of rejected tokens by outcome",
    "Installs by platform",
    "HTTP failures by error code",
    "Errors that browsers reported to the callback",
    "Operator functions, failed revocations, unpublished events",
    "Deliveries of platforms by outcome",
    "Intake of deliveries: duration (ms)",
    "Events that functions behind rules did not process",
    "HTTP API requests and errors",
    "HTTP API latency (ms)",
    "Token lookup: concurrent executions and throttles",
    "Database: connections",
    "Database: capacity units",
    "Cold starts",
  ]);
  expect(body).toContain("SOURCE '/aws/lambda/grantkeep-production-token-lookup'");
});

function ofOurs(from: typeof alarms) {
  return from
    .flatMap(({ metricQueries }) => metricQueries.flatMap(({ metric }) => metric ?? []))
    .filter(({ namespace }) => namespace === NAMESPACE);
}

/** As `Name(dimensions)`. */
function alarmMetrics(): string[] {
  return ofOurs(alarms).map(
    ({ metricName, dimensions }) => `${metricName}(${Object.keys(dimensions).sort()})`,
  );
}

function dashboardMetrics(): string[] {
  const sources = dashboard.widgets.flatMap(({ properties }) => properties.metrics);
  return sources.flatMap(([first, name, ...rest]) => {
    if (first === NAMESPACE) {
      const pairs = rest.filter((part) => typeof part === "string");
      return [`${name}(${pairs.filter((_, index) => index % 2 === 0).sort()})`];
    }
    const search = v.safeParse(Search, first);
    if (!search.success) return [];
    const { dimensions = "", metric } = SEARCH.exec(search.output.expression)?.groups ?? {};
    return [`${metric}(${dimensions.split(",").filter(Boolean).sort()})`];
  });
}

test("the deploy saves the queries of the logs for operators, on log groups of deployed functions", () => {
  const Query = v.object({
    name: v.string(),
    logGroupNames: v.pipe(v.array(v.string()), v.minLength(1), v.maxLength(50)),
    queryString: v.pipe(v.string(), v.startsWith("filter ")),
  });
  const saved = deployment
    .ofType("aws:cloudwatch/queryDefinition:QueryDefinition")
    .map(({ inputs }) => v.parse(Query, inputs));
  const groups = deployment
    .ofType("aws:lambda/function:Function")
    .map(({ inputs }) => `/aws/lambda/${inputs.name}`);

  expect(saved.map(({ name }) => name).sort()).toEqual(
    LOG_QUERIES.map(({ name }) => `grantkeep-production/${name}`).sort(),
  );
  for (const { name, logGroupNames } of saved) {
    expect(
      logGroupNames.filter((group) => !groups.includes(group)),
      name,
    ).toEqual([]);
  }
});
