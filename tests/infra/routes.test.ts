import * as v from "valibot";
import { expect, test } from "vitest";
import {
  HANDLER_RESERVE_MS,
  INSTALL_CALLS_MS,
  PLATFORM_CALL_MS,
  STATEMENT_MS,
} from "../../core/deadlines.ts";
import { CLAIM_SECONDS } from "../../core/ports/deliveries.ts";
import { functionsTriggeredBy } from "../../infra/function-table.ts";
import { methodsOf } from "../../infra/route-methods.ts";
import { deployStage } from "./deployment.ts";
import { functionsOf } from "./policies.ts";

const CLOSED = [
  "DELETE /install-links/{id}",
  "DELETE /installations/{id}",
  "GET /github/inventory",
  "GET /install-links",
  "GET /install-links/{id}",
  "GET /installations",
  "GET /installations/counts",
  "GET /installations/{id}",
  "GET /installations/{id}/activity",
  "HEAD /github/inventory",
  "HEAD /install-links",
  "HEAD /install-links/{id}",
  "HEAD /installations",
  "HEAD /installations/counts",
  "HEAD /installations/{id}",
  "HEAD /installations/{id}/activity",
  "PATCH /installations/{id}",
  "POST /install-links",
  "POST /installations",
  "POST /installations/{id}/health-check",
];

const OPEN = [
  "GET /",
  "GET /health",
  "GET /oauth/github/setup",
  "GET /oauth/github/waiting",
  "GET /oauth/{platform}/authorize",
  "GET /oauth/{platform}/callback",
  "HEAD /",
  "HEAD /health",
  "HEAD /oauth/github/setup",
  "HEAD /oauth/github/waiting",
  "HEAD /oauth/{platform}/authorize",
  "POST /oauth/{platform}/organization",
  "POST /webhooks/github",
  "POST /webhooks/jira",
  "POST /webhooks/slack",
  "POST /webhooks/slack/interactions",
];

const RouteInputs = v.object({
  routeKey: v.string(),
  authorizationType: v.string(),
  target: v.string(),
});

const IntegrationInputs = v.object({
  integrationUri: v.string(),
  payloadFormatVersion: v.literal("2.0"),
  timeoutMilliseconds: v.number(),
});

const StageInputs = v.object({
  routeSettings: v.array(
    v.object({
      routeKey: v.string(),
      throttlingRateLimit: v.number(),
      throttlingBurstLimit: v.number(),
    }),
  ),
});

const deployment = await deployStage("production");
const stage = deployment.one("aws:apigatewayv2/stage:Stage");

const integrations = deployment
  .ofType("aws:apigatewayv2/integration:Integration")
  .map(({ name, inputs }) => ({ name, ...v.parse(IntegrationInputs, inputs) }));

const deployed = deployment.ofType("aws:apigatewayv2/route:Route").map(({ inputs }) => {
  const { routeKey, authorizationType, target } = v.parse(RouteInputs, inputs);
  const integration = integrations.find(({ name }) => target === `integrations/${name}-id`);
  const id = integration?.integrationUri.replace(/^.*:function:grantkeep-production-/, "");
  return { routeKey, authorizationType, id };
});

const routed = functionsTriggeredBy("route").flatMap(({ name, trigger }) =>
  methodsOf(trigger).map((method) => ({ name, ...trigger, method })),
);

test("every route of the table is deployed, each with its own function, and no other", () => {
  const expected = routed.map(({ name, method, path }) => ({
    routeKey: `${method} ${path}`,
    id: name,
  }));

  const found = deployed.map(({ routeKey, id }) => ({ routeKey, id }));
  expect(sortByKey(found)).toEqual(sortByKey(expected));
});

test("the routes that return or change installations require IAM", () => {
  expect(keysWith("AWS_IAM")).toEqual(CLOSED);
});

test("only the install flow, the webhooks and /health are open", () => {
  expect(keysWith("NONE")).toEqual(OPEN);
});

test("the table requires IAM for the same routes", () => {
  const closed = routed.filter(({ auth }) => auth === "iam");

  expect(closed.map(({ method, path }) => `${method} ${path}`).sort()).toEqual(CLOSED);
});

test("B7 every route is throttled by itself: a flood of pages does not stop webhooks", () => {
  const { routeSettings } = v.parse(StageInputs, stage.inputs);

  const found = routeSettings.map(({ routeKey, ...limits }) => ({ routeKey, ...limits }));
  const expected = routed.map(({ method, path, throttle }) => ({
    routeKey: `${method} ${path}`,
    throttlingRateLimit: throttle.requestsPerSecond,
    throttlingBurstLimit: throttle.burst,
  }));
  expect(sortByKey(found)).toEqual(sortByKey(expected));
});

test("the stage is deployed after its routes: their settings are refused before", () => {
  const routes = deployment.ofType("aws:apigatewayv2/route:Route").map(({ name }) => name);

  expect(routes).toHaveLength(routed.length);
  expect(stage.dependsOn).toEqual(expect.arrayContaining(routes));
});

test("public pages take no more requests at once than there are instances", () => {
  const pages = functionsTriggeredBy("route").filter(({ trigger }) => trigger.auth === "public");

  for (const { name, trigger, access } of pages) {
    expect(trigger.throttle.burst, name).toBeLessThanOrEqual(access.reservedConcurrency);
  }
});

test("the access log has the route, and no query, path or header that can hold a secret", () => {
  const { accessLogSettings } = v.parse(
    v.object({ accessLogSettings: v.object({ format: v.string(), destinationArn: v.string() }) }),
    deployment.one("aws:apigatewayv2/stage:Stage").inputs,
  );

  const fields = v.parse(v.record(v.string(), v.string()), JSON.parse(accessLogSettings.format));
  expect(Object.values(fields).sort()).toEqual([
    "$context.identity.sourceIp",
    "$context.identity.userAgent",
    "$context.identity.userArn",
    "$context.integration.error",
    "$context.integration.latency",
    "$context.requestId",
    "$context.requestTime",
    "$context.responseLatency",
    "$context.routeKey",
    "$context.status",
  ]);
  expect(accessLogSettings.destinationArn).toMatch(/^arn:/);
});

test("no other origin is allowed", () => {
  const { corsConfiguration } = deployment.one("aws:apigatewayv2/api:Api").inputs;

  expect(corsConfiguration ?? {}).toEqual({});
});

test("each deadline ends before the deadline that contains it", () => {
  const functionSeconds = functionsOf(deployment, "production")
    .filter(({ id }) =>
      integrations.some(({ integrationUri }) =>
        integrationUri.endsWith(`:grantkeep-production-${id}`),
      ),
    )
    .map(({ resource }) => resource.inputs.timeout);
  const gatewayMs = integrations.map(({ timeoutMilliseconds }) => timeoutMilliseconds);

  expect(new Set(functionSeconds)).toEqual(new Set([20, 8, 29]));
  expect(new Set(gatewayMs)).toEqual(new Set([30_000]));
  const handlerMs = 20_000 - HANDLER_RESERVE_MS;
  const order = [STATEMENT_MS, PLATFORM_CALL_MS, INSTALL_CALLS_MS, handlerMs, 20_000, 30_000];
  expect(order).toEqual([...order].sort((a, b) => a - b));
  expect(new Set(order).size).toBe(order.length);
  // The claim of a delivery is over only when the function that has it is.
  expect(8).toBeLessThan(CLAIM_SECONDS);
});

function keysWith(type: string): string[] {
  const found = deployed.filter(({ authorizationType }) => authorizationType === type);
  return found.map(({ routeKey }) => routeKey).sort();
}

function sortByKey<Entry extends { routeKey: string }>(entries: Entry[]): Entry[] {
  return entries.sort((a, b) => a.routeKey.localeCompare(b.routeKey));
}
