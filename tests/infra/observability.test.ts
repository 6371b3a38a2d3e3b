import * as v from "valibot";
import { expect, test } from "vitest";
import { deployStage } from "./deployment.ts";

const Alarm = v.object({
  name: v.string(),
  alarmDescription: v.pipe(v.string(), v.minLength(20)),
  threshold: v.number(),
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
          dimensions: v.record(v.string(), v.string()),
        }),
      ),
    }),
  ),
});

const Dashboard = v.object({
  widgets: v.array(
    v.object({
      type: v.string(),
      properties: v.looseObject({ title: v.string(), region: v.literal("us-east-1") }),
    }),
  ),
});

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

  const namespace = "Grantkeep/production";
  const code = "decryption_failed";
  expect(alarm?.threshold).toBe(1);
  expect(alarm?.metricQueries.map(({ metric }) => metric)).toEqual([
    { namespace, metricName: "Lookups", dimensions: { outcome: code } },
    { namespace, metricName: "Failures", dimensions: { service: "grantkeep", code } },
    undefined,
  ]);
  expect(alarm?.metricQueries.at(-1)?.expression).toBe("FILL(m0, 0) + FILL(m1, 0)");
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

test("the dashboard shows installs, lookups, failures, latency, cold starts and the database", () => {
  expect(dashboard.widgets.map(({ properties }) => properties.title)).toEqual([
    "Installs",
    "Lookups by outcome",
    "Lookups: milliseconds",
    "Failures by code",
    "Sweeps, health checks, failed revocations",
    "HTTP API",
    "HTTP API: milliseconds",
    "Token lookup: at the same time, and turned away",
    "Database: connections",
    "Database: capacity units",
    "Cold starts",
  ]);
  expect(body).toContain("SOURCE '/aws/lambda/grantkeep-production-token-lookup'");
});
