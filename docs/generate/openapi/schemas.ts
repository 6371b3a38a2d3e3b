import { type JsonSchema, toJsonSchema } from "@valibot/to-json-schema";
import type * as v from "valibot";
import { ErrorBody, InstallationItem, InstallLinkItem } from "../../../functions/http/responses.ts";
import type { FieldTexts } from "../../../functions/invoke/contract/function-contract.ts";

/** The schemas that several routes share, by their names in the document. */
export const SHARED = {
  Error: ErrorBody,
  Installation: InstallationItem,
  InstallLink: InstallLinkItem,
};

/** The dialect of OpenAPI 3.1. Checks that JSON Schema cannot express are left out. */
const DIALECT = {
  target: "draft-2020-12",
  typeMode: "input",
  errorMode: "ignore",
} as const;

/** Returns the schema of a request or a response, with the description of each field. */
export function schemaOf(schema: v.GenericSchema, texts: FieldTexts): JsonSchema {
  const shared = Object.entries(SHARED).find(([, known]) => known === schema);
  if (shared) return { $ref: refTo(shared[0]) };
  const { $schema, $defs, ...json } = toJsonSchema(schema, {
    ...DIALECT,
    definitions: SHARED,
    overrideRef: ({ referenceId }) => refTo(referenceId),
  });
  return describe(json, texts, "");
}

/** Returns one of the schemas that several routes share. */
export function componentOf(schema: v.GenericSchema, texts: FieldTexts): JsonSchema {
  const { $schema, ...json } = toJsonSchema(schema, DIALECT);
  return describe(json, texts, "");
}

function refTo(name: string): string {
  return `#/components/schemas/${name}`;
}

/** Adds the description of each field, by its path: `limit`, or `items[].id` within a list. */
function describe(schema: JsonSchema, texts: FieldTexts, prefix: string): JsonSchema {
  const { properties, oneOf } = schema;
  return {
    ...schema,
    ...(properties && {
      properties: Object.fromEntries(
        Object.entries(properties).map(([key, property]) => [
          key,
          isSchema(property) ? describeField(property, texts, prefix + key) : property,
        ]),
      ),
    }),
    ...(oneOf && {
      oneOf: oneOf.map((variant) =>
        isSchema(variant) ? describe(variant, texts, prefix) : variant,
      ),
    }),
  };
}

function describeField(schema: JsonSchema, texts: FieldTexts, name: string): JsonSchema {
  const described = describe(schema, texts, `${name}.`);
  const { items } = described;
  const description = texts[name];
  return {
    ...described,
    ...(isSchema(items) && { items: describe(items, texts, `${name}[].`) }),
    ...(description !== undefined && { description }),
  };
}

function isSchema(definition: unknown): definition is JsonSchema {
  return typeof definition === "object" && definition !== null && !Array.isArray(definition);
}
