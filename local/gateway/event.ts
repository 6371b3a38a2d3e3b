import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type {
  APIGatewayEventRequestContextIAMAuthorizer,
  APIGatewayEventRequestContextV2,
  APIGatewayProxyEventV2WithRequestContext,
} from "aws-lambda";
import { ACCOUNT_ID } from "../aws/account.ts";
import type { Caller } from "../aws/sigv4.ts";
import type { RouteMatch } from "./routes.ts";

/** The content types that an HTTP API passes as text. All others, e.g. form posts, are base64-encoded. */
const TEXT = /^(?:text\/.+|application\/(?:.+\+)?(?:json|xml|javascript))$/;

export type GatewayEvent = APIGatewayProxyEventV2WithRequestContext<
  APIGatewayEventRequestContextV2 & Partial<GatewayAuthorizer>
>;

interface GatewayAuthorizer {
  readonly authorizer: APIGatewayEventRequestContextIAMAuthorizer;
}

export interface GatewayRequest extends RouteMatch {
  readonly request: IncomingMessage;
  /** The path, percent-decoded. */
  readonly path: string;
  /** The query string as sent. */
  readonly query: string;
  readonly body: Buffer;
  /** The signer of the request. `undefined` on a public route. */
  readonly caller: Caller | undefined;
}

/**
 * Creates the event of a Lambda proxy integration, payload format 2.0.
 *
 * @see [Lambda proxy integrations](https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html)
 */
export function createEvent(input: GatewayRequest): GatewayEvent {
  const { request, path, query, body, pathParameters } = input;
  const cookies = toCookies(request);
  const isText = isTextBody(request);
  return {
    version: "2.0",
    routeKey: toRouteKey(input),
    rawPath: path,
    rawQueryString: query,
    ...(cookies.length > 0 && { cookies }),
    headers: toHeaders(request),
    ...(query !== "" && { queryStringParameters: toQueryParameters(query) }),
    requestContext: createRequestContext(input),
    ...(Object.keys(pathParameters).length > 0 && { pathParameters }),
    ...(body.length > 0 && { body: body.toString(isText ? "utf8" : "base64") }),
    isBase64Encoded: body.length > 0 && !isText,
  };
}

function toRouteKey({ request, route: { trigger } }: GatewayRequest): string {
  return `${request.method ?? trigger.method} ${trigger.path}`;
}

function toCookies({ headersDistinct }: IncomingMessage): string[] {
  const cookies = headersDistinct.cookie ?? [];
  return cookies.flatMap((header) => header.split(/; */)).filter((cookie) => cookie !== "");
}

function isTextBody({ headers }: IncomingMessage): boolean {
  const [type = ""] = (headers["content-type"] ?? "").split(";");
  return TEXT.test(type.trim().toLowerCase()) && headers["content-encoding"] === undefined;
}

function toHeaders({ headersDistinct, socket }: IncomingMessage): Record<string, string> {
  const headers = Object.entries(headersDistinct)
    .filter(([name]) => name !== "cookie")
    .map(([name, values = []]) => [name, values.join(",")] as const);
  return {
    ...Object.fromEntries(headers),
    "x-forwarded-for": socket.remoteAddress ?? "",
    "x-forwarded-port": `${socket.localPort}`,
    "x-forwarded-proto": "http",
  };
}

function toQueryParameters(query: string): Record<string, string> {
  const parameters = Map.groupBy(new URLSearchParams(query), ([name]) => name);
  return Object.fromEntries(
    [...parameters].map(([name, pairs]) => [name, pairs.map(([, value]) => value).join(",")]),
  );
}

function createRequestContext(input: GatewayRequest) {
  const { request, path, caller } = input;
  const { headers, method = "", httpVersion, socket } = request;
  const [domainName = ""] = (headers.host ?? "").split(":");
  const now = new Date();
  return {
    accountId: ACCOUNT_ID,
    apiId: "local",
    ...(caller && { authorizer: createAuthorizer(caller) }),
    domainName,
    domainPrefix: "local",
    http: {
      method,
      path,
      protocol: `HTTP/${httpVersion}`,
      sourceIp: socket.remoteAddress ?? "",
      userAgent: headers["user-agent"] ?? "",
    },
    requestId: randomUUID(),
    routeKey: toRouteKey(input),
    stage: "$default",
    time: toLogTime(now),
    timeEpoch: now.getTime(),
  };
}

function createAuthorizer({ accessKeyId, arn }: Caller) {
  return {
    iam: {
      accessKey: accessKeyId,
      accountId: ACCOUNT_ID,
      callerId: accessKeyId,
      cognitoIdentity: null,
      principalOrgId: "o-local",
      userArn: arn,
      userId: accessKeyId,
    },
  };
}

/** Formats a time as `12/Mar/2020:19:03:58 +0000`. */
function toLogTime(date: Date): string {
  const [, day, month, year, time] = date.toUTCString().split(" ");
  return `${day}/${month}/${year}:${time} +0000`;
}
