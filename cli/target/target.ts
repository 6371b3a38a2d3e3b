import { setTimeout as sleep } from "node:timers/promises";
import * as v from "valibot";
import type { InvokedFunction, RequestOf } from "../../functions/invoke/contract.ts";
import { InvokeErrorMessage, InvokeFailure } from "../../functions/invoke/responses.ts";
import type { DeadLetter } from "./dead-letter.ts";
import type { ReadLogs } from "./log-lines.ts";
import type { ReplayRequest } from "./replay.ts";

const RETRIES = 10;
const RETRY_AFTER_MS = 3_000;

type Failure = v.InferOutput<typeof InvokeFailure>;

/** A failure of Lambda itself has a message that is no JSON. */
const ErrorMessage = v.pipe(v.string(), v.parseJson(), InvokeErrorMessage);

/** The payload that a function returned, or its failure. */
export type Invocation =
  | { readonly ok: true; readonly payload: unknown }
  | { readonly ok: false; readonly failure: Failure };

/** The stack does not exist, or does not run. */
export class NoStackError extends Error {}

/** Invokes a function of one stack by its name there. */
export type Invoke = (functionName: InvokedFunction, request: object) => Promise<Invocation>;

/** Where a deployed stage is. */
export interface StageLocation {
  readonly stage: string;
  readonly account: string;
  readonly region: string;
  readonly partition: string;
  /** Returns the name of a resource of the stage. */
  readonly nameOf: (id: string) => string;
  /** Returns the name or the ARN of the event bus, which an app may have given. */
  readonly findEventBus: () => Promise<string>;
}

/** The stack that a command works on: local mode, or a deployed stage. */
export interface Target {
  /** `undefined` in local mode. */
  readonly location: StageLocation | undefined;
  readonly invoke: Invoke;
  /** Returns the body of a `GET` request to the HTTP API. Throws unless the status is 200. */
  readonly get: (path: string, query: Readonly<Record<string, string>>) => Promise<unknown>;
  /** Sends a request that changes something to the HTTP API, and returns the body. Throws unless it succeeds. */
  readonly send: (
    method: "POST" | "PATCH" | "DELETE",
    path: string,
    body?: object,
  ) => Promise<unknown>;
  /** Reads the log lines of the functions. */
  readonly readLogs: ReadLogs;
  /** Reads the events that functions behind a rule of the event bus did not process. */
  readonly readDeadLetters: () => Promise<readonly DeadLetter[]>;
  /** Delivers events of the past again. */
  readonly replay: (request: ReplayRequest) => Promise<void>;
}

/** Parses what Lambda returned. */
export function toInvocation(payload: unknown, hasFailed: boolean): Invocation {
  return hasFailed
    ? { ok: false, failure: v.parse(InvokeFailure, payload) }
    : { ok: true, payload };
}

/**
 * Invokes a function and returns its response. If `isRepeatable`, sends the request again while the function
 * fails with `retry_later`.
 *
 * @throws {Error} with the message and the code of the function if it fails
 */
export async function callFunction<
  Name extends InvokedFunction,
  const Response extends v.GenericSchema,
>(
  invoke: Invoke,
  functionName: Name,
  request: RequestOf<Name> & object,
  response: Response,
  { isRepeatable = false } = {},
): Promise<v.InferOutput<Response>> {
  for (let retries = 0; ; retries += 1) {
    const invocation = await invoke(functionName, request);
    if (invocation.ok) return parseResponse(response, invocation.payload, functionName);

    const { failure } = invocation;
    const isRetried = isRepeatable && failure.errorType === "retry_later" && retries < RETRIES;
    if (!isRetried) throw toError(failure);
    await sleep(RETRY_AFTER_MS);
  }
}

/**
 * Parses a response of a stage, which may have been deployed from another version than the command.
 *
 * @throws {Error} with a message that does not quote the response
 */
export function parseResponse<const Response extends v.GenericSchema>(
  schema: Response,
  response: unknown,
  source: string,
): v.InferOutput<Response> {
  const parsed = v.safeParse(schema, response);
  if (parsed.success) return parsed.output;
  throw new Error(`Unexpected response from ${source}. Use the command of the deployed version.`);
}

/** Creates the error for a function that failed. */
export function toError({ errorType, errorMessage }: Failure): Error {
  const parsed = v.safeParse(ErrorMessage, errorMessage);
  return new Error(`${parsed.success ? parsed.output.message : errorMessage} (${errorType})`);
}
