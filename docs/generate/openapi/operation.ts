import type { JsonSchema } from "@valibot/to-json-schema";
import type { ErrorCode } from "../../../core/errors.ts";
import type { RouteContract } from "../../../functions/http/contract/route-contract.ts";
import { STATUS } from "../../../functions/http/status.ts";
import type { RouteTrigger } from "../../../infra/function-definition.ts";
import { schemaOf } from "./schemas.ts";

type Input = NonNullable<RouteContract["query"]>;

/** Returns the operation of one route, as OpenAPI describes it. */
export function operationOf(name: string, auth: RouteTrigger["auth"], contract: RouteContract) {
  const { summary, path, query, json, form, example } = contract;
  const parameters = [...parametersIn("path", path), ...parametersIn("query", query)];
  return {
    operationId: name,
    summary,
    security: securityOf(name, auth),
    ...(parameters.length > 0 && { parameters }),
    ...(json && { requestBody: bodyOf("application/json", json, example.json) }),
    ...(form && {
      requestBody: bodyOf("application/x-www-form-urlencoded", form, example.form),
    }),
    responses: { ...responsesOf(contract), ...errorResponsesOf(contract) },
  };
}

function parametersIn(place: "path" | "query", input: Input | undefined) {
  if (!input) return [];
  const { properties = {}, required = [] } = schemaOf(input.schema, input.fields);
  return Object.entries(properties).flatMap(([name, property]) => {
    if (typeof property === "boolean") return [];
    const { description, ...schema } = property;
    return [
      {
        name,
        in: place,
        required: place === "path" || required.includes(name),
        ...(description !== undefined && { description }),
        schema,
      },
    ];
  });
}

function bodyOf(type: string, { schema, fields }: Input, example: unknown) {
  return {
    required: true,
    content: { [type]: { schema: schemaOf(schema, fields), ...withExample(example) } },
  };
}

function responsesOf({ responses, example }: RouteContract) {
  return Object.fromEntries(
    Object.entries(responses).map(([status, { summary, json, isPage = false }]) => {
      const shown = Number(status) === example.response.status ? example.response.json : undefined;
      const content = {
        ...(isPage && { "text/html": { schema: { type: "string" } } }),
        ...(json && {
          "application/json": { schema: schemaOf(json.schema, json.fields), ...withExample(shown) },
        }),
      };
      const isRedirect = Number(status) >= 300;
      return [
        status,
        {
          description: summary,
          ...(isRedirect && { headers: { location: LOCATION } }),
          ...((isPage || json) && { content }),
        },
      ];
    }),
  );
}

const LOCATION = {
  description: "Where the browser is sent.",
  schema: { type: "string", format: "uri" },
};

/** Returns the responses with an error status, each with its codes. */
function errorResponsesOf({ errors }: RouteContract) {
  const codes: ErrorCode[] = [...errors, "server_error"];
  const byStatus = Map.groupBy(codes, (code) => STATUS[code]);
  return Object.fromEntries(
    [...byStatus].map(([status, group]) => [
      status,
      {
        description: group.map((code) => `\`${code}\``).join(", "),
        content: { "application/json": { schema: errorSchema(group) } },
      },
    ]),
  );
}

function errorSchema(codes: readonly ErrorCode[]): JsonSchema {
  return {
    allOf: [
      { $ref: "#/components/schemas/Error" },
      { type: "object", properties: { error: { enum: [...codes] } } },
    ],
  };
}

function securityOf(name: string, auth: RouteTrigger["auth"]) {
  if (auth === "public") return [];
  return [{ [auth === "iam" ? "iam" : name]: [] }];
}

function withExample(example: unknown) {
  return example === undefined ? {} : { example };
}
