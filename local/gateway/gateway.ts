import type { IncomingMessage } from "node:http";
import { createLambdaContext, type LambdaHandler } from "../aws/lambda-context.ts";
import { type Caller, verifySignature } from "../aws/sigv4.ts";
import { withDeadline } from "../deadline.ts";
import { decodeSegment, type LocalServer, listen, readBody } from "../http-server.ts";
import { createEvent, type GatewayRequest } from "./event.ts";
import { type GatewayResponse, redirect, refuse, send, toResponse } from "./result.ts";
import { matchRoute, type Route } from "./routes.ts";

/** @see [HTTP API quotas](https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html) */
const MAX_HEADER_BYTES = 10_240;
const MAX_BODY_BYTES = 10 * 1024 * 1024;
/** Of an event as JSON, in which a body that is not text is base64. @see [Lambda quotas](https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html) */
const MAX_EVENT_BYTES = 6 * 1024 * 1024;
const GATEWAY_TIMEOUT_MS = 30_000;

const TIMED_OUT = Symbol("timed out");

export interface GatewayOptions {
  readonly port: number;
  /** The URL to which requests for other hosts are redirected, since cookies belong to a host. Default: its own URL. */
  readonly publicUrl?: string;
  readonly routes: readonly Route[];
  /** The caller whose signature IAM routes accept. */
  readonly caller: Caller;
  readonly load: (route: Route) => Promise<LambdaHandler>;
  /** Called with the reason when a function cannot be loaded, throws or times out, which clients see as status 500. */
  readonly onError?: (error: unknown) => void;
  /** The timeout of an integration, which is longer than that of each function. Default: 30 seconds. */
  readonly timeoutMs?: number;
}

/** Starts a local API Gateway: an HTTP API with payload format 2.0. */
export async function startGateway(options: GatewayOptions): Promise<LocalServer> {
  return listen(
    options.port,
    async (request, response) => send(response, await answer(request, options)),
    { maxHeaderSize: MAX_HEADER_BYTES },
  );
}

async function answer(request: IncomingMessage, options: GatewayOptions): Promise<GatewayResponse> {
  const [rawPath = "", ...search] = (request.url ?? "").split("?");
  const path = decodeSegment(rawPath);
  if (path === undefined || !rawPath.startsWith("/")) return refuse(400, "Bad Request");

  const publicUrl = new URL(options.publicUrl ?? `http://127.0.0.1:${request.socket.localPort}`);
  if (request.headers.host !== publicUrl.host) {
    return redirect(`${publicUrl.origin}${request.url}`);
  }

  const match = matchRoute(options.routes, request.method, rawPath);
  if (!match) return refuse(404, "Not Found");

  const body = await readBody(request, MAX_BODY_BYTES);
  if (!body) return refuse(413, "Request Too Long");

  const isPublic = match.route.trigger.auth !== "iam";
  const caller = isPublic
    ? undefined
    : await verifySignature(request, body, options.caller, "execute-api");
  if (!isPublic && !caller) return refuse(403, "Forbidden");

  return withDeadline(
    invoke({ ...match, request, path, query: search.join("?"), body, caller }, options),
    options.timeoutMs ?? GATEWAY_TIMEOUT_MS,
    refuse(503, "Service Unavailable"),
  );
}

async function invoke(
  input: GatewayRequest,
  { load, onError }: GatewayOptions,
): Promise<GatewayResponse> {
  const event = createEvent(input);
  if (Buffer.byteLength(JSON.stringify(event)) > MAX_EVENT_BYTES) {
    return refuse(413, "Request Too Long");
  }
  try {
    const { name, timeoutSeconds } = input.route;
    const timeoutMs = timeoutSeconds * 1000;
    const handler = await load(input.route);
    const context = createLambdaContext(name, timeoutMs);
    const result = await withDeadline(handler(event, context), timeoutMs, TIMED_OUT);
    if (result === TIMED_OUT) {
      throw new Error(`${name} timed out after ${timeoutSeconds} seconds.`);
    }
    return toResponse(result);
  } catch (error) {
    onError?.(error);
    return refuse(500, "Internal Server Error");
  }
}
