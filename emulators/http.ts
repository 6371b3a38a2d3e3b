import type { HttpBindings } from "@hono/node-server";
import { type Context, Hono } from "hono";
import * as v from "valibot";

const JsonText = v.pipe(v.string(), v.parseJson());

/** The types of Hono's context in the emulators. */
export interface EmulatorEnv {
  /** Node's request and response, which faults need to cut a connection. */
  Bindings: HttpBindings;
  /** The body is read before a handler runs, so that a handler need not await it. */
  Variables: { body: string };
}

export type EmulatorApp = Hono<EmulatorEnv>;

export type RequestContext = Context<EmulatorEnv>;

/** The credentials of a client, as far as the request has them. */
export interface ClientCredentials {
  readonly id: string | undefined;
  readonly secret: string | undefined;
}

/** Creates a Hono app without routes. */
export function createApp(): EmulatorApp {
  return new Hono<EmulatorEnv>();
}

/** Returns the fields of a JSON or form body, unchecked, or `undefined` for invalid JSON. */
export function readFields(c: RequestContext): unknown {
  const isJson = c.req.header("content-type")?.includes("json");
  return isJson ? readJson(c) : Object.fromEntries(readForm(c));
}

/** Returns the fields of a form, of which there can be several with one name. */
export function readForm(c: RequestContext): URLSearchParams {
  return new URLSearchParams(c.var.body);
}

/** Returns the body as JSON, whatever its content type: `curl -d` sends JSON as a form. */
export function readJson(c: RequestContext): unknown {
  const parsed = v.safeParse(JsonText, c.var.body);
  return parsed.success ? parsed.output : undefined;
}

/** Returns the client id and secret of an `Authorization: Basic` header (RFC 7617). */
export function readBasic(c: RequestContext): ClientCredentials | undefined {
  const [, encoded] = /^Basic (\S+)$/i.exec(c.req.header("authorization") ?? "") ?? [];
  if (encoded === undefined) return undefined;

  const [id = "", ...secret] = Buffer.from(encoded, "base64").toString().split(":");
  return { id, secret: secret.join(":") };
}

/** Creates a JSON response; unlike Hono's own it names the charset, as all three platforms do. */
export function jsonResponse(
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { "content-type": "application/json; charset=utf-8", ...headers },
  });
}

/** Creates the redirect that ends a form: 302, which browsers follow with a GET. */
export function redirectTo(
  url: string,
  parameters: Readonly<Record<string, string | null>>,
): Response {
  const location = new URL(url);
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== null) location.searchParams.set(name, value);
  }
  return new Response(null, { status: 302, headers: { location: location.href } });
}
