import * as v from "valibot";
import type { LambdaHandler } from "./aws/lambda-context.ts";
import { moduleUrl } from "./folders.ts";

const HandlerModule = v.object({ handler: v.function() });

/** Returns the module of a handler, relative to the repository. */
export function handlerFile(name: string): string {
  return name.replace(/\.handler$/, ".ts");
}

/** Imports a handler by its name in the function table, e.g. `functions/authorize.handler`. */
export async function loadHandler(name: string): Promise<LambdaHandler> {
  const { handler } = v.parse(HandlerModule, await import(moduleUrl(handlerFile(name))));
  return async (event, context) => handler(event, context);
}
