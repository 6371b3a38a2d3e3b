import { readFile } from "node:fs/promises";
import { Validator } from "@seriousme/openapi-schema-validator";
import * as v from "valibot";
import { expect, test } from "vitest";
import { HTTP_CONTRACT } from "../../functions/http/contract.ts";

const Document = v.object({
  openapi: v.string(),
  paths: v.record(
    v.string(),
    v.record(
      v.string(),
      v.object({
        operationId: v.string(),
        security: v.array(v.record(v.string(), v.array(v.string()))),
        responses: v.record(v.string(), v.unknown()),
      }),
    ),
  ),
});

const text = await readFile(new URL("../../docs/openapi.json", import.meta.url), "utf8");
const { openapi, paths } = v.parse(Document, JSON.parse(text));

const operations = Object.entries(paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({
    route: `${method.toUpperCase()} ${path}`,
    ...operation,
  })),
);

test("docs/openapi.json is a valid document of OpenAPI 3.1, and all its references resolve", async () => {
  const validator = new Validator();

  const result = await validator.validate(JSON.parse(text));

  expect(result).toEqual({ valid: true });
  expect(openapi).toMatch(/^3\.1\./);
  expect(validator.version).toBe("3.1");
  expect(() => validator.resolveRefs()).not.toThrow();
});

test("the validator refuses a document that is not valid", async () => {
  const broken = JSON.parse(text.replace('"operationId": "health"', '"operationId": 1'));

  expect(await new Validator().validate(broken)).toMatchObject({ valid: false });
});

test("it describes every route, each with an id of its own", () => {
  const routes = operations.map(({ route }) => route);

  expect(routes.toSorted()).toEqual(Object.keys(HTTP_CONTRACT).toSorted());
  expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(routes.length);
});

test("it describes every response that a route returns, and each error status", () => {
  for (const { route, responses } of operations) {
    const expected = Object.keys(HTTP_CONTRACT[route]?.responses ?? {});

    expect(Object.keys(responses), route).toEqual(expect.arrayContaining([...expected, "500"]));
  }
});

test("the routes of operators require IAM, and those of people nothing", () => {
  const securityOf = new Map(operations.map(({ route, security }) => [route, security]));

  expect(securityOf.get("GET /installations")).toEqual([{ iam: [] }]);
  expect(securityOf.get("POST /webhooks/github")).toEqual([{ "webhooks-github": [] }]);
  expect(securityOf.get("GET /health")).toEqual([]);
});
