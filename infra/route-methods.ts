import type { RouteTrigger } from "./function-definition.ts";

/** Returns the methods of a route. API Gateway adds no HEAD to GET by itself. */
export function methodsOf({
  method,
  withoutHead,
}: Omit<RouteTrigger, "throttle">): readonly (RouteTrigger["method"] | "HEAD")[] {
  return method === "GET" && !withoutHead ? ["GET", "HEAD"] : [method];
}
