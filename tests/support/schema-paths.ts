import type * as v from "valibot";

type Schema = v.GenericSchema | v.GenericSchemaAsync;

/** Returns the paths of all fields of a schema, such as `limit` or `findings[].found`, each once. */
export function schemaPaths(schema: object, prefix = ""): string[] {
  return [...new Set(pathsOf(schema, prefix))];
}

function pathsOf(schema: object, prefix: string): string[] {
  if ("pipe" in schema && Array.isArray(schema.pipe) && schema.pipe[0] !== schema) {
    return schema.pipe.flatMap((step) => (isSchema(step) ? pathsOf(step, prefix) : []));
  }
  if ("entries" in schema) {
    return Object.entries(Object(schema.entries)).flatMap(([name, field]) => {
      const path = prefix === "" ? name : `${prefix}.${name}`;
      return [path, ...pathsOf(Object(field), path)];
    });
  }
  if ("wrapped" in schema) return pathsOf(Object(schema.wrapped), prefix);
  if ("item" in schema) return pathsOf(Object(schema.item), `${prefix}[]`);
  if ("options" in schema && Array.isArray(schema.options)) {
    return schema.options.flatMap((option) => (isSchema(option) ? pathsOf(option, prefix) : []));
  }
  return [];
}

function isSchema(value: unknown): value is Schema {
  return typeof value === "object" && value !== null && "kind" in value && value.kind === "schema";
}
