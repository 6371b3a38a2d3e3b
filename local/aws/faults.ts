import { randomUUID } from "node:crypto";
import type { ServerResponse } from "node:http";
import { refuseEntries } from "./event-bus.ts";
import { type AwsReply, awsError } from "./reply.ts";

/** By the name of a service in signatures: the code of its internal error. */
const INTERNAL_ERROR = {
  secretsmanager: "InternalServiceError",
  lambda: "ServiceException",
  events: "InternalException",
  s3: "InternalError",
  logs: "ServiceUnavailableException",
  sqs: "InternalError",
} as const;

/** The name of an AWS service in a signature. */
export type AwsService = keyof typeof INTERNAL_ERROR;

/**
 * How a service fails until the next call of `fail`. With `hang` it never responds; with `reset` it resets the
 * connection; with `malformed` its response is not HTTP; with `slow` it responds correctly, but late; with
 * `refused_entries` it accepts the request, but none of the events in it.
 */
export type AwsFault =
  | {
      readonly service: AwsService;
      readonly kind: "throttling" | "internal" | "hang" | "reset" | "malformed";
    }
  | {
      readonly service: AwsService;
      readonly kind: "slow";
      /** How late the response is. Default: 400. */
      readonly milliseconds?: number;
    }
  | { readonly service: "events"; readonly kind: "refused_entries" };

/** A response, or what happens to the connection instead. */
export type Outcome = AwsReply | "hang" | "reset" | "malformed";

/** Returns what a service with a fault, other than `slow`, does in place of the operation. */
export function simulate({ service, kind }: Exclude<AwsFault, { kind: "slow" }>): Outcome {
  if (kind === "hang" || kind === "reset" || kind === "malformed") return kind;
  if (kind === "refused_entries") return refuseEntries();
  if (kind === "throttling") return awsError(400, "ThrottlingException", "Rate exceeded");
  return awsError(500, INTERNAL_ERROR[service], "An error occurred on the server side.");
}

/** Sends a response, or does to the connection what the outcome says. */
export function send(response: ServerResponse, outcome: Outcome): void {
  if (outcome === "hang") return;
  if (outcome === "reset") {
    response.socket?.resetAndDestroy();
    return;
  }
  if (outcome === "malformed") {
    response.socket?.end("!");
    return;
  }
  const { status, headers, body } = outcome;
  response.writeHead(status, {
    "content-type": "application/json",
    "x-amzn-requestid": randomUUID(),
    // The SDK corrects its clock by this header. It must be the clock that verifies signatures.
    date: new Date().toUTCString(),
    ...headers,
  });
  response.end(body);
}
