import * as v from "valibot";
import { describe, expect, test } from "vitest";
import { HTTP_CONTRACT } from "../../functions/http/contract.ts";
import { STATUS } from "../../functions/http/status.ts";
import { BusEvent, busEventFields, busEventTypes } from "../../functions/invoke/bus-events.ts";
import { installationLineFields } from "../../functions/invoke/contract/transfer.ts";
import { INVOKE_CONTRACT } from "../../functions/invoke/contract.ts";
import { InstallationLine } from "../../functions/invoke/installation-line.ts";
import { parseLines } from "../../functions/invoke/ndjson.ts";
import { ImportRequest } from "../../functions/invoke/requests/import.ts";
import { webhookEventKinds } from "../../functions/invoke/webhook-event-examples.ts";
import { WebhookBusEvent, webhookEventFields } from "../../functions/invoke/webhook-events.ts";
import { functionsTriggeredBy, functionTable } from "../../infra/function-table.ts";
import { schemaPaths } from "../support/schema-paths.ts";

const functions = Object.entries(INVOKE_CONTRACT);
const routes = Object.entries(HTTP_CONTRACT);

/** A sentence as the documentation prints it. */
const SENTENCE = /^[A-Z`].*\.$/s;

/** Returns an example with its shortened tokens written out: no token contains an ellipsis. */
function writtenOut(example: unknown): unknown {
  return JSON.parse(JSON.stringify(example ?? null).replaceAll("…", "0123456789"));
}

function expectDescribed(schema: v.GenericSchema, fields: Readonly<Record<string, string>>): void {
  expect(Object.keys(fields).sort()).toEqual(schemaPaths(schema).sort());
  for (const text of Object.values(fields)) expect(text).toMatch(SENTENCE);
}

test("the contracts are those of the deployed functions and routes", () => {
  const invoked = functionTable.filter(
    ({ trigger }) => trigger.type !== "route" && trigger.type !== "events",
  );
  const served = functionsTriggeredBy("route").map(
    ({ trigger }) => `${trigger.method} ${trigger.path}`,
  );

  expect(Object.keys(INVOKE_CONTRACT).sort()).toEqual(invoked.map(({ name }) => name).sort());
  expect(Object.keys(HTTP_CONTRACT).sort()).toEqual(served.sort());
});

describe.each(functions)("the contract of %s", (_, contract) => {
  test("describes every field of the request and of the response", () => {
    expect(contract.summary).toMatch(SENTENCE);
    expectDescribed(contract.request, contract.requestFields);
    expectDescribed(contract.response, contract.responseFields);
  });

  test("has examples that the schemas accept", () => {
    expect(contract.examples.length).toBeGreaterThan(0);
    for (const { request, response } of contract.examples) {
      expect(v.parse(contract.request, request)).toMatchObject(request);
      expect(v.parse(contract.response, response)).toEqual(response);
    }
  });
});

describe.each(routes)("the contract of %s", (route, contract) => {
  const { path, query, json, form, responses } = contract;

  test("describes every parameter, and every field of the bodies", () => {
    expect(contract.summary).toMatch(SENTENCE);
    const inputs = [path, query, json, form, ...Object.values(responses).map(({ json }) => json)];
    for (const input of inputs) if (input) expectDescribed(input.schema, input.fields);
    for (const { summary } of Object.values(responses)) expect(summary).toMatch(SENTENCE);
    expect(route.match(/\{(\w+)\}/g) ?? []).toEqual(
      Object.keys(path?.fields ?? {}).map((name) => `{${name}}`),
    );
  });

  test("has an example that the schemas accept", () => {
    const { example } = contract;
    const routePath = route.replace(/^\w+ /, "");
    const url = new URL(example.path ?? routePath, "https://grants.example.com");
    const pattern = routePath.replace(/\{\w+\}/g, "[^/]+");

    expect(url.pathname).toMatch(new RegExp(`^${pattern}$`));
    if (query) v.parse(query.schema, Object.fromEntries(url.searchParams));
    if (json) v.parse(json.schema, writtenOut(example.json));
    if (form) v.parse(form.schema, writtenOut(example.form));
    const response = responses[example.response.status];
    const body = example.response.json;
    if (body !== undefined)
      expect(response?.json && v.parse(response.json.schema, body)).toEqual(body);
    expect(response).toBeDefined();
  });
});

describe("a line of an import", () => {
  test("has its fields described", () => {
    expectDescribed(InstallationLine, installationLineFields);
  });

  test("is accepted as the example shows it", () => {
    const { ndjson } = v.parse(
      ImportRequest,
      writtenOut(INVOKE_CONTRACT.import.examples[0].request),
    );

    expect(parseLines(ndjson)).toMatchObject({ lines: [{ line: 1 }], malformed: [] });
  });
});

describe("the events on the bus", () => {
  test("have their fields described", () => {
    expectDescribed(BusEvent, busEventFields);
  });

  test.each(Object.entries(busEventTypes))(
    "have an example that the schema accepts: %s",
    (type, text) => {
      expect(text.summary).toMatch(SENTENCE);
      expect(v.parse(BusEvent, text.example)).toEqual(text.example);
      expect(text.example["detail-type"]).toBe(type);
    },
  );

  test("are all described", () => {
    expect(Object.keys(busEventTypes)).toEqual(BusEvent.entries["detail-type"].options);
  });
});

describe("the events that are made of deliveries", () => {
  test("have their fields described", () => {
    expectDescribed(WebhookBusEvent, webhookEventFields);
  });

  test.each(webhookEventKinds)(
    "have an example that the schema accepts: $summary",
    ({ summary, example }) => {
      expect(summary).toMatch(SENTENCE);
      expect(v.parse(WebhookBusEvent, example)).toEqual(example);
    },
  );

  test("keep every key of a body", () => {
    const [kind] = webhookEventKinds;
    const body: unknown = JSON.parse('{"__proto__":{"a":1},"constructor":2}');
    const example = { ...kind?.example, detail: { ...kind?.example.detail, body } };

    const { detail } = v.parse(WebhookBusEvent, example);

    expect(JSON.stringify(detail.body)).toBe(JSON.stringify(body));
  });
});

test("every error code that a contract names has a status", () => {
  const named = [...functions, ...routes].flatMap(([, { errors }]) => errors);

  for (const code of named) expect(Object.keys(STATUS)).toContain(code);
});
