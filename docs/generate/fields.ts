import { type JsonSchema, toJsonSchema } from "@valibot/to-json-schema";
import type * as v from "valibot";

/** One field of a request or a response, as a row of a table. */
export interface Field {
  /** With the names of the objects and lists around it: `errors[].line`. */
  readonly name: string;
  /** In Markdown. */
  readonly type: string;
  readonly isRequired: boolean;
  /** Text as it is, and every other value as JSON. */
  readonly default: string | undefined;
}

type Definition = NonNullable<JsonSchema["properties"]>[string];

/**
 * Returns the fields of a schema, as a caller sends or receives them. Fields of several variants are merged.
 * Checks that JSON Schema cannot express are left out.
 */
export function fieldsOf(schema: v.GenericSchema): Field[] {
  const json = toJsonSchema(schema, { errorMode: "ignore", typeMode: "input" });
  const variants = (json.oneOf ?? json.anyOf ?? [json]).map((variant) => listFields(variant, ""));
  const byName = Map.groupBy(variants.flat(), ({ name }) => name);
  return [...byName.values()].flatMap((fields) => merge(fields, variants.length));
}

function merge(fields: readonly Field[], variantCount: number): Field[] {
  const [first] = fields;
  if (!first) return [];
  const types = new Set(fields.flatMap(({ type }) => type.split(", ")));
  const isRequired = fields.length === variantCount && fields.every((field) => field.isRequired);
  return [{ ...first, type: [...types].join(", "), isRequired }];
}

function listFields(definition: Definition | undefined, prefix: string): Field[] {
  if (!isSchema(definition)) return [];
  const { properties = {}, required = [] } = definition;
  return Object.entries(properties).flatMap(([key, property]) => {
    const name = `${prefix}${key}`;
    if (!isSchema(property)) return [];
    const isRequired = required.includes(key);
    const field = {
      name,
      type: describe(property, name),
      isRequired,
      default: defaultOf(property),
    };
    return [
      field,
      ...listFields(property, `${name}.`),
      ...listFields(itemOf(property), `${name}[].`),
    ];
  });
}

function defaultOf({ default: value }: JsonSchema): string | undefined {
  if (value === undefined || typeof value === "string") return value;
  return JSON.stringify(value);
}

function describe(schema: JsonSchema, name = ""): string {
  if (schema.const !== undefined) return code(schema.const);
  if (schema.enum) return schema.enum.map(code).join(", ");
  if (schema.anyOf) {
    const options = schema.anyOf.filter(isSchema);
    return options.map((option) => describe(option, name)).join(" or ");
  }
  switch (schema.type) {
    case "null":
      return "`null`";
    case "string":
      if (name.endsWith("_at")) return "time (RFC 3339)";
      return withRange("string", schema.minLength, schema.maxLength, "characters");
    case "integer":
    case "number":
      return withRange(schema.type, schema.minimum, schema.maximum, "");
    case "array":
      return withRange(`list of ${itemType(schema)}`, schema.minItems, schema.maxItems, "items");
    case "object":
      return describeObject(schema);
    default:
      return schema.type === undefined ? "JSON" : String(schema.type);
  }
}

function describeObject({ additionalProperties: values }: JsonSchema): string {
  return isSchema(values) && values.type !== undefined ? `object of ${describe(values)}` : "object";
}

function itemType(schema: JsonSchema): string {
  const item = itemOf(schema);
  return isSchema(item) ? describe(item) : "any";
}

function itemOf({ items }: JsonSchema): Definition | undefined {
  return Array.isArray(items) ? undefined : items;
}

function withRange(
  type: string,
  least: number | undefined,
  most: number | undefined,
  unit: string,
): string {
  if (least === undefined && most === undefined) return type;
  return `${type}, ${rangeOf(least, most)} ${unit}`.trimEnd();
}

function rangeOf(least: number | undefined, most: number | undefined): string {
  if (most === undefined) return `at least ${least}`;
  return least === undefined ? `at most ${most}` : `${least}–${most}`;
}

function code(value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  // A bar would end the cell of a table, also within code.
  return `\`${text.replaceAll("|", "\\|")}\``;
}

function isSchema(definition: Definition | undefined): definition is JsonSchema {
  return typeof definition === "object";
}
