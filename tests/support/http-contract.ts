import * as v from "valibot";
import { expect } from "vitest";
import { HTTP_CONTRACT } from "../../functions/http/contract.ts";
import { ErrorBody } from "../../functions/http/responses.ts";

const routes = Object.entries(HTTP_CONTRACT).map(([route, contract]) => {
  const pattern = route.replace(/\{\w+\}/g, "[^/]+");
  return { pattern: new RegExp(`^${pattern}$`), ...contract };
});

/** API Gateway has error responses of its own, some of them without a body. */
const JsonErrorBody = v.pipe(v.string(), v.parseJson(), ErrorBody);

/** Holds the JSON of a response against the contract of its route: each field of it, and no other. */
export async function expectHttpResponse(
  method: string,
  path: string,
  response: Response,
): Promise<void> {
  const { pathname } = new URL(path, "http://localhost");
  const route = routes.find(({ pattern }) => pattern.test(`${method} ${pathname}`));
  if (!route) return;
  if (response.ok) {
    const described = route.responses[response.status];
    expect(described, `${method} ${pathname} ${response.status}`).toBeDefined();
    if (!described?.json) return;
    const body: unknown = await response.clone().json();
    expect(v.parse(described.json.schema, body)).toEqual(body);
    return;
  }
  const body = v.safeParse(JsonErrorBody, await response.clone().text());
  if (body.success) expect([...route.errors, "server_error"]).toContain(body.output.error);
}
