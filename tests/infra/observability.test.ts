import * as v from "valibot";
import { expect, test } from "vitest";
import { STATUS } from "../../functions/http/status.ts";
import { METRICS } from "../support/metrics.ts";
import { deployStage } from "./deployment.ts";

const Alarm = v.object({
  name: v.string(),
  alarmDescription: v.pipe(v.string(), v.minLength(20)),
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
const dashboard = v.parse(Dashboard, JSON.parse(body));

test("there is an alarm for everything that a person must act on", () => {
  expect(alarms.map(({ name }) => name.replace("grantkeep-production-", "")).sort()).toEqual([
    "api-5xx",
    "database-capacity",
    "database-connections",
    "decryption-failed",
    "events-lost",
    "exports",
    "install-failures",
    "lookups-slow",
    "lookups-unanswered",
    "platform-misconfigured",
    "refresh-failures",
    "revocation-failures",
    "sweep-errors",
    "throttles",
  ]);
});

test("one sweep that fails is an alarm: it comes once in twelve periods", () => {
  const alarm = alarms.find(({ name }) => name.endsWith("sweep-errors"));

  expect(alarm).toMatchObject({ threshold: 1, evaluationPeriods: 1 });
});

test("every alarm tells the topic, and an e-mail address hears of it", () => {
  const topic = "arn:aws:sns:us-east-1:123456789012:grantkeep-production-alarms";

  for (const { name, alarmActions } of alarms) expect(alarmActions, name).toEqual([topic]);
  expect(deployment.one("aws:sns/topicSubscription:TopicSubscription").inputs).toEqual({
    topic,
    protocol: "email",
    endpoint: "oncall@example.com",
  });
});

test("one token that does not open is an alarm, on either way in", () => {
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

test("failed refreshes are an alarm, whoever tried and whatever the lookup could answer", () => {
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

test("alarms and dashboard look at metrics that the functions count, by the dimensions that they have", () => {
  const looked = [...alarmMetrics(), ...dashboardMetrics()];
  const counted = Object.entries(METRICS).flatMap(([name, sets]) =>
    sets.map((set) => `${name}(${set.toSorted()})`),
  );

  expect(looked.length).toBeGreaterThan(20);
  expect(looked.filter((metric) => !counted.includes(metric))).toEqual([]);
});

test("alarms look at codes that there are", () => {
  const dimensions = ofOurs(alarms).map(({ dimensions }) => dimensions);
  const codes = dimensions.flatMap(({ code, outcome }) => code ?? outcome ?? []);

  expect(codes.length).toBeGreaterThan(10);
  expect(codes.filter((code) => code !== "ok" && !(code in STATUS))).toEqual([]);
});

test("whoever takes the tokens out is heard of, whatever becomes of it", () => {
  const alarm = alarms.find(({ name }) => name.endsWith("exports"));

  expect(alarm?.threshold).toBe(1);
  expect(alarm?.metricQueries[0]?.metric).toEqual({
    namespace: "AWS/Lambda",
    metricName: "Invocations",
    dimensions: { FunctionName: "grantkeep-production-export" },
  });
});

test("the functions count where the alarms look", () => {
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

test("the dashboard shows installs, lookups, refreshes, failures, latency, cold starts and the database", () => {
  expect(dashboard.widgets.map(({ properties }) => properties.title)).toEqual([
    "Installs",
    "Lookups by outcome",
    "Lookups: milliseconds",
    "Refreshes by outcome",
    "Refreshes: milliseconds",
    "Failures by code",
    "Operator functions, failed revocations, lost events",
    "HTTP API",
    "HTTP API: milliseconds",
    "Token lookup: at the same time, and turned away",
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
