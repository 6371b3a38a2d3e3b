import type { Handler } from "hono";
import * as v from "valibot";
import { refuseControl } from "./control-error.ts";
import { type EmulatorEnv, readJson } from "./http.ts";

/** Creates a handler of the control API that is called only with a body that matches a schema. */
export function withBody<const Schema extends v.GenericSchema>(
  schema: Schema,
  handle: (body: v.InferOutput<Schema>) => Response | Promise<Response>,
): Handler<EmulatorEnv> {
  return (c) => {
    const body = v.safeParse(schema, readJson(c));
    return body.success ? handle(body.output) : refuseControl(400, v.summarize(body.issues));
  };
}
