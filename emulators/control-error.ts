import { HTTPException } from "hono/http-exception";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { jsonResponse } from "./http.ts";

/** Creates the error of a control call that the current state does not allow. */
export function controlConflict(message: string): HTTPException {
  return new HTTPException(409, { message });
}

/** Creates the response to a control call that is refused. */
export function refuseControl(status: ContentfulStatusCode, description: string): Response {
  return jsonResponse(status, { error: "invalid_request", error_description: description });
}
