import type * as v from "valibot";
import { type Field, fieldsOf } from "./fields.ts";
import { table } from "./markdown.ts";
import { meaningOf } from "./meanings.ts";

/** Returns the tables of what a caller may send to a function: one for each variant of the schema. */
export function requestTables(functionName: string, schema: v.GenericSchema): string[] {
  return fieldsOf(schema).map((fields) =>
    table(
      ["Field", "Type", "Default", "Meaning"],
      fields.map((field) => [
        `\`${field.name}\``,
        field.type,
        defaultOf(field),
        meaningOf(functionName, field.name),
      ]),
    ),
  );
}

/**
 * Returns the tables of what a function returns: one for each variant of the schema. `hidden` begins the names
 * of fields that are described elsewhere.
 */
export function responseTables(
  functionName: string,
  schema: v.GenericSchema,
  { hidden }: { hidden?: string } = {},
): string[] {
  return fieldsOf(schema).map((fields) =>
    table(
      ["Field", "Type", "Meaning"],
      fields
        .filter(({ name }) => hidden === undefined || !name.startsWith(hidden))
        .map((field) => [
          `\`${field.name}\`${field.isRequired ? "" : " (optional)"}`,
          field.type,
          meaningOf(functionName, field.name),
        ]),
    ),
  );
}

function defaultOf(field: Field): string {
  if (field.isRequired) return "required";
  return field.default === undefined ? "–" : `\`${field.default}\``;
}
