import type { ServerResponse } from "node:http";
import * as v from "valibot";

const StructuredResult = v.object({
  statusCode: v.pipe(v.number(), v.integer(), v.minValue(200), v.maxValue(599)),
  headers: v.optional(v.record(v.string(), v.union([v.string(), v.number(), v.boolean()])), {}),
  cookies: v.optional(v.array(v.string()), []),
  body: v.optional(v.string(), ""),
  isBase64Encoded: v.optional(v.boolean(), false),
});

/** An HTTP response. Header names are lower-case. */
export interface GatewayResponse {
  readonly statusCode: number;
  readonly headers: ReadonlyMap<string, string | readonly string[]>;
  readonly body: Buffer;
}

/**
 * Converts the result of a handler, payload format 2.0. A result without `statusCode` is the body itself.
 *
 * @see [Lambda response for format 2.0](https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html#http-api-develop-integrations-lambda.response)
 */
export function toResponse(result: unknown): GatewayResponse {
  if (typeof result !== "object" || result === null || !("statusCode" in result)) {
    const body = typeof result === "string" ? result : JSON.stringify(result ?? null);
    return createResponse(200, { "content-type": "application/json" }, Buffer.from(body));
  }

  const { statusCode, headers, cookies, body, isBase64Encoded } = v.parse(StructuredResult, result);
  return createResponse(
    statusCode,
    { "content-type": "text/plain;charset=utf-8", ...lowerCaseNames(headers) },
    Buffer.from(body, isBase64Encoded ? "base64" : "utf8"),
    cookies,
  );
}

/** Returns an error response of the gateway itself. */
export function refuse(statusCode: number, message: string): GatewayResponse {
  const body = Buffer.from(JSON.stringify({ message }));
  return createResponse(statusCode, { "content-type": "application/json" }, body);
}

export function redirect(location: string): GatewayResponse {
  return createResponse(307, { location }, Buffer.alloc(0));
}

export function send(
  response: ServerResponse,
  { statusCode, headers, body }: GatewayResponse,
): void {
  response.statusCode = statusCode;
  for (const [name, value] of headers) response.setHeader(name, value);
  response.end(body);
}

function createResponse(
  statusCode: number,
  headers: Readonly<Record<string, string>>,
  body: Buffer,
  cookies: readonly string[] = [],
): GatewayResponse {
  const setCookie = [headers["set-cookie"] ?? [], cookies].flat();
  const all = new Map<string, string | readonly string[]>(Object.entries(headers));
  if (setCookie.length > 0) all.set("set-cookie", setCookie);
  return { statusCode, headers: all, body };
}

function lowerCaseNames(headers: Readonly<Record<string, string | number | boolean>>) {
  const entries = Object.entries(headers);
  return Object.fromEntries(entries.map(([name, value]) => [name.toLowerCase(), String(value)]));
}
