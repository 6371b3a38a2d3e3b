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

const Link = v.object({
  status: v.string(),
  expires_at: v.string(),
  used_at: v.nullable(v.string()),
  used_by: v.nullable(v.string()),
});

/** Returns what is stored about an installation now, in one sentence. */
export async function describeInstallation(target: Target, id: string): Promise<string> {
  const found = await read(target, `/installations/${id}`, Installation);
  if (!found) return `There is no installation ${id}.`;
  const { organization_name: name, inactive_reason: reason, last_refresh_error: error } = found;
  const changed = toClock(new Date(found.updated_at));
  if (reason !== null)
    return `The installation of ${name} is ${reason}, since ${changed} at the latest.`;
  if (error === null) return `The installation of ${name} is active.`;
  return `The installation of ${name} is active, and its last refresh failed: ${error}.`;
}

/** Returns what is stored about an install link now, in one sentence. */
export async function describeLink(target: Target, id: string): Promise<string> {
  const link = await read(target, `/install-links/${id}`, Link);
  if (!link)
    return `There is no install link ${id}. Links are deleted a week after they were created.`;
  const { status, used_at: usedAt, used_by: usedBy } = link;
  if (usedAt !== null) {
    return `The link was used ${toClock(new Date(usedAt))}, by ${usedBy ?? "an installation that was deleted"}.`;
  }
  return `The link is ${status}, and expires ${toClock(new Date(link.expires_at))}.`;
}

async function read<const Schema extends v.GenericSchema>(
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
