import type * as v from "valibot";
import type { FieldTexts } from "../../functions/invoke/contract/function-contract.ts";
import { type Field, fieldsOf } from "./fields.ts";
import { table } from "./markdown.ts";

/** A part of a request or a response, with one sentence about each of its fields. */
export interface Described {
  readonly schema: v.GenericSchema;
  readonly fields: FieldTexts;
}

/** Returns the table of what a caller may send; `undefined` if that is nothing. */
export function requestTable({ schema, fields }: Described): string | undefined {
  const rows = fieldsOf(schema).map((field) => [
    `\`${field.name}\``,
    field.type,
    defaultOf(field),
    fields[field.name] ?? "",
  ]);
  return rows.length > 0 ? table(["Field", "Type", "Default", "Meaning"], rows) : undefined;
}

/**
 * Returns the table of what a caller receives; `undefined` if that is nothing. Fields whose names begin with
 * `hidden` are described elsewhere.
 */
export function responseTable(
  { schema, fields }: Described,
  { hidden }: { hidden?: string } = {},
): string | undefined {
  const rows = fieldsOf(schema)
    .filter(({ name }) => hidden === undefined || !name.startsWith(hidden))
    .map(({ name, type, isRequired }) => [
      `\`${name}\`${isRequired ? "" : " (optional)"}`,
      type,
      fields[name] ?? "",
    ]);
  return rows.length > 0 ? table(["Field", "Type", "Meaning"], rows) : undefined;
}

function defaultOf(field: Field): string {
  if (field.isRequired) return "required";
  return field.default === undefined ? "–" : `\`${field.default}\``;
}
