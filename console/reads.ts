import * as v from "valibot";
import { parseResponse, type Target } from "../cli/target/target.ts";
import {
  InstallationCounts,
  InstallationItem,
  InstallationPage,
} from "../functions/http/responses.ts";

/** Returns one page of installations that match a filter of the API. */
export async function readInstallations(
  { get }: Target,
  filter: Readonly<Record<string, string>>,
): Promise<InstallationPage> {
  return parseResponse(InstallationPage, await get("/installations", filter), "GET /installations");
}

/** Returns an installation. */
export async function readInstallation({ get }: Target, id: string): Promise<InstallationItem> {
  const path = `/installations/${encodeURIComponent(id)}`;
  return parseResponse(InstallationItem, await get(path, {}), "GET /installations/{id}");
}

/** Returns the number of installations by state, as the sweep stored it. */
export async function readCounts({ get }: Target): Promise<InstallationCounts> {
  const path = "/installations/counts";
  return parseResponse(InstallationCounts, await get(path, {}), `GET ${path}`);
}

/** Returns the fields of a form or query that are not empty. */
export function readFields<const Names extends readonly string[]>(
  source: unknown,
  names: Names,
): Partial<Record<Names[number], string>> {
  const fields: Partial<Record<Names[number], string>> = {};
  const given = v.parse(v.record(v.string(), v.unknown()), source);
  for (const name of names) {
    const value = given[name];
    if (typeof value !== "string" || value.trim() === "") continue;
    Object.assign(fields, { [name]: value.trim() });
  }
  return fields;
}
