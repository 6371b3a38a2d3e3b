import { REQUEST_TIMEOUT_SECONDS } from "../infra/runtime.ts";
import type { Route } from "./gateway/routes.ts";

/** The only redirect URI that local mode allows after an install. Not part of the product. */
export const exampleAppRoute: Route = {
  name: "example-app",
  handler: "local/example-app.handler",
  timeoutSeconds: REQUEST_TIMEOUT_SECONDS,
  trigger: { type: "route", method: "GET", path: "/example-app", auth: "public" },
};

/** Returns a page in place of a developer's app. It shows the query parameters that follow an install. */
export async function handler(event: { rawQueryString?: string }) {
  const result = [...new URLSearchParams(event.rawQueryString)];
  const lines = result.map(([name, value]) => `  ${name}: ${value}`);
  return {
    statusCode: 200,
    headers: { "content-type": "text/plain; charset=utf-8", "x-content-type-options": "nosniff" },
    body: [
      "This page stands in for your own app. The install redirected to it with:",
      "",
      ...lines,
      "",
      "Anybody can open such a URL: read the installation by its id before you trust it.",
      "",
    ].join("\n"),
  };
}
