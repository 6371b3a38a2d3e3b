import { Sha256 } from "@aws-crypto/sha256-js";
import { SignatureV4 } from "@smithy/signature-v4";
import * as v from "valibot";
import { RefusedRequest } from "./refusal.ts";

type Signer = ConstructorParameters<typeof SignatureV4>[0];

const ErrorBody = v.object({ error: v.string(), error_description: v.string() });
/** The body of a request that API Gateway rejects before it reaches a function. */
const GatewayError = v.object({ message: v.string() });

/** A request to the HTTP API: `GET` unless it is another one. */
export interface ApiRequest {
  readonly method?: "GET" | "POST" | "PATCH" | "DELETE";
  /** The body, which is sent as JSON. */
  readonly body?: object | undefined;
}

/** A response of the API with another status than success. */
export class ApiError extends Error {
  readonly status: number;
  /** The error code; `undefined` if the response was not from a function. */
  readonly code: string | undefined;

  constructor(message: string, { status, code }: Pick<ApiError, "status" | "code">) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** Returns whether a request failed because what it names does not exist. */
export function isNotFound(error: unknown): boolean {
  return error instanceof ApiError && error.status === 404;
}

/**
 * Sends a signed request to the HTTP API, and returns the body.
 *
 * @throws {RefusedRequest} if API Gateway refuses the credentials
 * @throws {Error} unless the status is 200 or 201
 */
export async function callApi(
  url: URL,
  { region, credentials }: Pick<Signer, "region" | "credentials">,
  { method = "GET", body: content }: ApiRequest = {},
): Promise<unknown> {
  const signer = new SignatureV4({ service: "execute-api", region, credentials, sha256: Sha256 });
  const body = content && JSON.stringify(content);
  const { headers } = await signer.sign({
    method,
    protocol: url.protocol,
    hostname: url.hostname,
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    headers: { host: url.host, ...(body !== undefined && { "content-type": "application/json" }) },
    ...(body !== undefined && { body }),
  });
  const response = await fetch(url, {
    method,
    headers,
    redirect: "error",
    ...(body !== undefined && { body }),
  });
  const received: unknown = await response.json().catch(() => undefined);
  if (response.status === 200 || response.status === 201) return received;
  if (response.status === 403 && !v.is(ErrorBody, received)) {
    throw new RefusedRequest(`The AWS credentials do not allow execute-api:Invoke on ${url.host}.`);
  }
  const message = `${describe(received)} (HTTP ${response.status} from ${url.host})`;
  const failure = v.safeParse(ErrorBody, received);
  const code = failure.success ? failure.output.error : undefined;
  throw new ApiError(message, { status: response.status, code });
}

function describe(body: unknown): string {
  const ours = v.safeParse(ErrorBody, body);
  if (ours.success) return `${ours.output.error_description} (${ours.output.error})`;
  const gateway = v.safeParse(GatewayError, body);
  return gateway.success ? gateway.output.message : "Unexpected response";
}
