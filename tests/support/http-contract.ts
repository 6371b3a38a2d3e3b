import * as v from "valibot";
import { expect } from "vitest";
import { HTTP_CONTRACT } from "../../functions/http/contract.ts";

const routes = Object.entries(HTTP_CONTRACT).map(([route, { responses }]) => {
  const pattern = route.replace(/\{\w+\}/g, "[^/]+");
  return { pattern: new RegExp(`^${pattern}$`), responses };
});

/** Holds the body of a successful response against the contract: each field of it, and no other. */
export async function expectHttpResponse(
  method: string,
  path: string,
  response: Response,
): Promise<void> {
  if (!response.ok) return;
  const { pathname } = new URL(path, "http://localhost");
  const route = routes.find(({ pattern }) => pattern.test(`${method} ${pathname}`));
  const described = route?.responses[response.status];
  expect(described, `${method} ${pathname} ${response.status}`).toBeDefined();
  if (!described?.json) return;
  const body: unknown = await response.clone().json();
  expect(v.parse(described.json.schema, body)).toEqual(body);
}
