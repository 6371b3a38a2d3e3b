import * as v from "valibot";
import type { LambdaHandler } from "./aws/lambda-context.ts";

const HandlerModule = v.object({ handler: v.function() });

/** Loads a handler by the name that SST knows it by, such as `functions/authorize.handler`. */
export async function loadHandler(name: string): Promise<LambdaHandler> {
  const file = name.replace(/\.handler$/, ".ts");
  const { handler } = v.parse(
    HandlerModule,
    await import(new URL(`../${file}`, import.meta.url).href),
  );
  return async (event, context) => handler(event, context);
}
