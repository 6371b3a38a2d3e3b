import { json, type Reply } from "../http.ts";

/** A success of the Web API. */
export function succeed(
  fields: Readonly<Record<string, unknown>>,
  headers: Readonly<Record<string, string>> = {},
): Reply {
  return json(200, { ok: true, ...fields }, headers);
}

/** A failure of the Web API, which is HTTP 200 all the same. */
export function fail(error: string, fields: Readonly<Record<string, unknown>> = {}): Reply {
  return json(200, { ok: false, error, ...fields });
}
