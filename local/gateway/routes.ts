import type { RouteTrigger, Triggered } from "../../infra/function-definition.ts";
import { methodsOf } from "../../infra/route-methods.ts";
import { decodeSegment } from "../http-server.ts";

const PARAMETER = /^\{(?<name>\w+)\}$/;

/** A route of the API and the function that serves it. */
export type Route = Pick<Triggered<"route">, "name" | "handler" | "timeoutSeconds"> & {
  readonly trigger: Omit<RouteTrigger, "throttle">;
};

export interface RouteMatch {
  readonly route: Route;
  readonly pathParameters: Readonly<Record<string, string>>;
}

/**
 * Returns the route that API Gateway would choose. A literal path precedes one with parameters.
 *
 * @see [Routing API requests](https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html)
 */
export function matchRoute(
  routes: readonly Route[],
  method: string | undefined,
  path: string,
): RouteMatch | undefined {
  const segments = path.split("/").map(decodeSegment);
  return routes
    .filter(({ trigger }) => methodsOf(trigger).some((each) => each === method))
    .flatMap((route) => {
      const pathParameters = matchSegments(route.trigger.path.split("/"), segments);
      return pathParameters ? [{ route, pathParameters }] : [];
    })
    .sort((a, b) => Object.keys(a.pathParameters).length - Object.keys(b.pathParameters).length)[0];
}

function matchSegments(
  pattern: readonly string[],
  segments: readonly (string | undefined)[],
): Record<string, string> | undefined {
  if (pattern.length !== segments.length) return undefined;
  const parameters = new Map<string, string>();
  for (const [index, part] of pattern.entries()) {
    const segment = segments[index];
    const name = PARAMETER.exec(part)?.groups?.name;
    if (name !== undefined && segment) parameters.set(name, segment);
    else if (part !== segment) return undefined;
  }
  return Object.fromEntries(parameters);
}
