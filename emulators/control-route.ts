import * as v from "valibot";
import { json, type PlatformRequest, type Reply, readJson } from "./http.ts";
import type { PlatformRoute } from "./router.ts";

/** A route of the control API, below `/_control`. */
export type ControlRoute = PlatformRoute<Reply | Promise<Reply>>;

/** A handler that gets a body only if it fits a schema. */
export function withBody<const Schema extends v.GenericSchema>(
  schema: Schema,
  handle: (
    body: v.InferOutput<Schema>,
    parameters: Readonly<Record<string, string>>,
  ) => Reply | Promise<Reply>,
) {
  return (
    request: PlatformRequest,
    parameters: Readonly<Record<string, string>>,
  ): Reply | Promise<Reply> => {
    const body = v.safeParse(schema, readJson(request));
    if (body.success) return handle(body.output, parameters);
    return refuse(400, v.summarize(body.issues));
  };
}

/** The answer to a control call that cannot be done. */
export function refuse(status: number, description: string): Reply {
  return json(status, { error: "invalid_request", error_description: description });
}
