import { jsonResponse } from "../http.ts";

/** Creates a success of the Web API. */
export function slackSuccess(fields: Readonly<Record<string, unknown>>): Response {
  return jsonResponse(200, { ok: true, ...fields });
}

/** Creates an error of the Web API, whose status is 200 too. */
export function slackError(
  error: string,
  fields: Readonly<Record<string, unknown>> = {},
): Response {
  return jsonResponse(200, { ok: false, error, ...fields });
}
