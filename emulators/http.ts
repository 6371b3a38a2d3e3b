import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import * as v from "valibot";

const JsonText = v.pipe(v.string(), v.parseJson());

/** A request that has been read to its end, so that a handler needs no socket and no `await`. */
export interface PlatformRequest {
  readonly method: string;
  /** Without the platform's own segment once a platform has it: `/login/oauth/authorize`. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What a client proves itself with, as far as it sent it. */
export interface ClientCredentials {
  readonly id: string | undefined;
  readonly secret: string | undefined;
}

/** What a handler answers, before any fault has touched it. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A reply whose body is made while it is sent: too big, or too slow, to be a string. */
export interface StreamedReply extends Omit<Reply, "body"> {
  readonly body: AsyncIterable<string>;
}

/** What becomes of a request: an answer, a connection cut without one, or silence. */
export type Outcome = Reply | StreamedReply | "drop" | "hang";

/** Reads a message whole. */
export async function readRequest(message: IncomingMessage): Promise<PlatformRequest> {
  const { method = "GET", url = "/", headers } = message;
  const { pathname, searchParams } = new URL(url, "http://localhost");
  return { method, path: pathname, query: searchParams, headers, body: await text(message) };
}

/** The fields of a JSON or form body, unchecked; `undefined` if it claims to be JSON and is not. */
export function readFields(request: PlatformRequest): unknown {
  const isJson = request.headers["content-type"]?.includes("json");
  return isJson ? readJson(request) : Object.fromEntries(new URLSearchParams(request.body));
}

/** The body as JSON, whatever its content type says: `curl -d` calls everything a form. */
export function readJson({ body }: PlatformRequest): unknown {
  const parsed = v.safeParse(JsonText, body);
  return parsed.success ? parsed.output : undefined;
}

/** The client id and secret of an `Authorization: Basic` header (RFC 7617). */
export function readBasic({ headers }: PlatformRequest): ClientCredentials | undefined {
  const [, encoded] = /^Basic (\S+)$/i.exec(headers.authorization ?? "") ?? [];
  if (encoded === undefined) return undefined;

  const [id = "", ...secret] = Buffer.from(encoded, "base64").toString().split(":");
  return { id, secret: secret.join(":") };
}

/** A JSON reply that no cache may keep, since most of them hold a token. */
export function json(
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Reply {
  return {
    status,
    headers: {
      "content-type": "application/json; charset=utf-8",
      "cache-control": "no-store",
      ...headers,
    },
    body: JSON.stringify(body),
  };
}

/** A reply in plain text. */
export function plain(status: number, body: string): Reply {
  return { status, headers: { "content-type": "text/plain; charset=utf-8" }, body };
}

/** The reply 204. */
export function noContent(): Reply {
  return { status: 204, headers: {}, body: "" };
}

/** The reply 302, which turns the POST of a consent form into a GET of the callback. */
export function redirect(location: URL): Reply {
  return {
    status: 302,
    headers: { location: location.href, "cache-control": "no-store" },
    body: "",
  };
}

/** Carries an outcome out on the socket; rejects if the other side leaves during a stream. */
export async function deliver(response: ServerResponse, outcome: Outcome): Promise<void> {
  if (outcome === "hang") return;
  if (outcome === "drop") {
    response.socket?.resetAndDestroy();
    return;
  }

  response.writeHead(outcome.status, outcome.headers);
  if (typeof outcome.body === "string") {
    response.end(outcome.body);
    return;
  }
  await pipeline(outcome.body, response);
}
