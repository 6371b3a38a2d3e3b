import { InvokeCommand, type InvokeCommandOutput, LambdaClient } from "@aws-sdk/client-lambda";
import { GrantkeepError } from "./errors.ts";
import { isRecord, parseJson } from "./json.ts";
import type { LookupRequest } from "./lookup.ts";
import { parseToken, type Token } from "./token.ts";

/** The part of the AWS SDK's `LambdaClient` that is used. */
export interface LambdaInvoker {
  send(
    command: InvokeCommand,
    options?: { readonly abortSignal?: AbortSignal },
  ): Promise<InvokeCommandOutput>;
}

/** A deployed `token-lookup`. */
export interface LookupFunction {
  readonly client: LambdaInvoker;
  readonly functionName: string;
  readonly qualifier?: string | undefined;
}

/** A lookup may take 30 seconds: a refresh waits for the platform for up to 20. */
const REQUEST_TIMEOUT_MS = 35_000;
const CONNECTION_TIMEOUT_MS = 3_000;

/** After a timeout, the function may still be running: the next invoke would only wait for it. */
const TIMEOUTS: ReadonlySet<string> = new Set(["TimeoutError", "AbortError"]);

/** Creates the AWS SDK's client. It does not retry, since this package does. */
export function createLambdaClient(): LambdaInvoker {
  return new LambdaClient({
    maxAttempts: 1,
    requestHandler: {
      requestTimeout: REQUEST_TIMEOUT_MS,
      throwOnRequestTimeout: true,
      connectionTimeout: CONNECTION_TIMEOUT_MS,
    },
  });
}

/**
 * Invokes `token-lookup` once.
 *
 * @throws {GrantkeepError}
 */
export async function invokeLookup(
  { client, functionName, qualifier }: LookupFunction,
  request: LookupRequest,
  abortSignal: AbortSignal,
): Promise<Token> {
  const command = new InvokeCommand({
    FunctionName: functionName,
    ...(qualifier !== undefined && { Qualifier: qualifier }),
    Payload: Buffer.from(JSON.stringify(request)),
  });
  const output = await client.send(command, { abortSignal }).catch((error: unknown) => {
    throw toInvokeError(error);
  });
  const payload = parseJson(Buffer.from(output.Payload ?? []).toString("utf8"));
  if (output.FunctionError !== undefined) throw toLookupError(payload);
  const token = parseToken(payload);
  if (!token || (request.platform !== undefined && request.platform !== token.platform)) {
    throw new GrantkeepError(
      "unexpected_response",
      "token-lookup returned an unexpected response.",
    );
  }
  return token;
}

/** Returns whether an error is worth another invoke within the same lookup. */
export function isTransient(error: unknown): error is GrantkeepError {
  if (!(error instanceof GrantkeepError) || error.code === "function_failed") return false;
  return error.retryable && !(error.cause instanceof Error && TIMEOUTS.has(error.cause.name));
}

function toInvokeError(error: unknown): GrantkeepError {
  const name = error instanceof Error ? error.name : typeof error;
  return new GrantkeepError("invoke_failed", `token-lookup could not be invoked: ${name}.`, {
    retryable: isPassing(error),
    cause: error,
  });
}

/** Returns whether the AWS SDK reports throttling, an error of Lambda, or one of the network. */
function isPassing(error: unknown): boolean {
  if (!isRecord(error)) return false;
  const { $metadata: metadata, code } = error;
  const status = isRecord(metadata) ? metadata.httpStatusCode : undefined;
  if (typeof status === "number") return status === 429 || status >= 500;
  return typeof code === "string" || TIMEOUTS.has(String(error.name));
}

/** Returns the error that a function threw: its `errorType` is the code, its `errorMessage` JSON. */
function toLookupError(failure: unknown): GrantkeepError {
  const { errorType: code, errorMessage: text } = isRecord(failure) ? failure : {};
  if (typeof code !== "string" || !/^[a-z]+(_[a-z]+)+$/.test(code)) {
    const type = typeof code === "string" ? `: ${code.slice(0, 100)}` : "";
    return new GrantkeepError("function_failed", `token-lookup failed${type}.`);
  }
  const sentence = typeof text === "string" ? text : code;
  const details = parseJson(sentence);
  if (!isRecord(details) || typeof details.message !== "string") {
    return new GrantkeepError(code, sentence);
  }
  const { message, retry_after_seconds: seconds, field } = details;
  return new GrantkeepError(code, message, {
    retryAfterSeconds: typeof seconds === "number" && seconds >= 0 ? seconds : undefined,
    field: typeof field === "string" ? field : undefined,
  });
}
