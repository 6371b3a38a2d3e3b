import * as v from "valibot";
import { isNotFound } from "../target/api.ts";
import type { Target } from "../target/target.ts";
import { toClock } from "../time.ts";

const Installation = v.object({
  is_active: v.boolean(),
  inactive_reason: v.nullable(v.string()),
  last_refresh_error: v.nullable(v.string()),
  organization_name: v.string(),
  updated_at: v.string(),
});

/** Returns what is stored about an installation now, in one sentence. */
export async function describeInstallation(target: Target, id: string): Promise<string> {
  const found = await readStored(target, `/installations/${id}`, Installation);
  if (!found) return `There is no installation ${id}.`;
  const { organization_name: name, inactive_reason: reason, last_refresh_error: error } = found;
  const changed = toClock(new Date(found.updated_at));
  if (reason !== null)
    return `The installation of ${name} is ${reason}, since ${changed} at the latest.`;
  if (error === null) return `The installation of ${name} is active.`;
  return `The installation of ${name} is active, and its last refresh failed: ${error}.`;
}

/** Returns a resource of the HTTP API; `undefined` if it does not exist. */
export async function readStored<const Schema extends v.GenericSchema>(
  { get }: Target,
  path: string,
  schema: Schema,
): Promise<v.InferOutput<Schema> | undefined> {
  try {
    return v.parse(schema, await get(path, {}));
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}
