import type { Route } from "./gateway/routes.ts";

/** Where the local allow-list lets a browser go after an install; it is not part of the product. */
export const exampleAppRoute: Route = {
  name: "example-app",
  handler: "local/example-app.handler",
  trigger: { type: "route", method: "GET", path: "/example-app", auth: "public" },
};

/** Stands for the application of a developer: shows what it gets when an install has ended. */
export async function handler(event: { rawQueryString?: string }) {
  const result = [...new URLSearchParams(event.rawQueryString)];
  const lines = result.map(([name, value]) => `  ${name}: ${value}`);
  return {
    statusCode: 200,
    headers: { "content-type": "text/plain; charset=utf-8", "x-content-type-options": "nosniff" },
    body: [
      "This page stands for your own app. An install redirected here with:",
      "",
      ...lines,
      "",
      "Anybody can type such an address: read the installation by its id before you believe it.",
      "",
    ].join("\n"),
  };
}
