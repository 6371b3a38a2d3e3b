import type { PlatformRequest } from "./http.ts";

/** One route; `{name}` in its path stands for one segment, handed over by that name. */
export interface PlatformRoute<Answer> {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly path: `/${string}`;
  handle(request: PlatformRequest, parameters: Readonly<Record<string, string>>): Answer;
}

/** The answer of the first route that fits, or `undefined` if none does. */
export function route<Answer>(
  routes: readonly PlatformRoute<Answer>[],
  request: PlatformRequest,
): Answer | undefined {
  for (const { method, path, handle } of routes) {
    if (method !== request.method) continue;
    const parameters = matchPath(path, request.path);
    if (parameters) return handle(request, parameters);
  }
  return undefined;
}

function matchPath(template: string, path: string): Record<string, string> | undefined {
  const names = template.split("/");
  const segments = path.split("/");
  if (names.length !== segments.length) return undefined;

  const parameters: Record<string, string> = {};
  for (const [index, name] of names.entries()) {
    const segment = segments[index] ?? "";
    if (name.startsWith("{")) parameters[name.slice(1, -1)] = segment;
    else if (name !== segment) return undefined;
  }
  return parameters;
}
