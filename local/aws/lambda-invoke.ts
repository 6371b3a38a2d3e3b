import * as v from "valibot";
import { withDeadline } from "../deadline.ts";
import { createLambdaContext, type LambdaHandler } from "./lambda-context.ts";
import { type AwsReply, awsError, awsReply } from "./reply.ts";

/** A function name, ARN or partial ARN, perhaps with an alias or a version after it. */
const FUNCTION_ID =
  /^(?:(?:arn:aws:lambda:[a-z0-9-]+:)?\d{12}:function:)?(?<name>[\w-]+)(?::(?<qualifier>\$LATEST|[\w-]{1,128}))?$/;

const QUALIFIER = /^(?:\$LATEST|[\w-]{1,128})$/;

/** The deployed name of a function begins with this, and continues with the stage. */
const DEPLOYED = "grantkeep-";

/** The header of a response whose function failed. */
export const FUNCTION_ERROR = "x-amz-function-error";

const Json = v.pipe(v.string(), v.parseJson());

/** A function that is loaded when it is first invoked. */
interface LambdaFunction {
  load(): Promise<LambdaHandler>;
  readonly timeoutMs: number;
}

/** Functions by name. */
export type LambdaFunctions = ReadonlyMap<string, LambdaFunction>;

export interface Invocation {
  readonly functionName: string;
  /** The alias or version. All of them run the same code here. */
  readonly qualifier?: string | undefined;
  /** The header `X-Amz-Invocation-Type`. */
  readonly type: string;
  readonly payload: string;
}

/**
 * Returns the function name in a name, partial ARN or ARN. A deployed name, e.g. `grantkeep-production-sweep`,
 * is the name of the function here, `sweep`.
 */
export function toFunctionName(functionId: string, functions: LambdaFunctions): string {
  const name = FUNCTION_ID.exec(functionId)?.groups?.name ?? functionId;
  if (functions.has(name) || !name.startsWith(DEPLOYED)) return name;
  const matching = [...functions.keys()].filter((known) => name.endsWith(`-${known}`));
  return matching.toSorted((one, other) => other.length - one.length)[0] ?? name;
}

/**
 * Returns the alias or version in a name, partial ARN or ARN, or the one of the parameter `Qualifier`; an error response if
 * they differ, or if it is malformed.
 */
export function toQualifier(
  functionId: string,
  parameter: string | undefined,
): string | AwsReply | undefined {
  if (parameter !== undefined && !QUALIFIER.test(parameter)) {
    return awsError(400, "ValidationException", "The qualifier is malformed.");
  }
  const derived = FUNCTION_ID.exec(functionId)?.groups?.qualifier;
  if (derived === undefined || parameter === undefined || derived === parameter) {
    return derived ?? parameter;
  }
  return awsError(
    400,
    "InvalidParameterValueException",
    "The derived qualifier from the function name does not match the specified qualifier.",
  );
}

/**
 * Performs `Invoke`. When the function fails, the API still returns 200, with `X-Amz-Function-Error`.
 *
 * @see [Invoke](https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html)
 */
export async function invokeFunction(
  functions: LambdaFunctions,
  { functionName, qualifier, type, payload }: Invocation,
): Promise<AwsReply> {
  const invoked = functions.get(functionName);
  if (!invoked) {
    return awsError(404, "ResourceNotFoundException", `Function not found: ${functionName}`);
  }
  const event = v.safeParse(Json, payload === "" ? "{}" : payload);
  if (!event.success) {
    return awsError(400, "InvalidRequestContentException", "The request body is not JSON.");
  }
  if (type === "DryRun") return { status: 204, headers: {}, body: "" };

  const { timeoutMs } = invoked;
  const seconds = (timeoutMs / 1000).toFixed(2);
  const result = withDeadline(
    run(invoked, event.output, functionName, qualifier),
    timeoutMs,
    toFunctionError("Sandbox.Timedout", `Task timed out after ${seconds} seconds`),
  );
  return type === "Event" ? { status: 202, headers: {}, body: "" } : result;
}

async function run(
  { load, timeoutMs }: LambdaFunction,
  event: unknown,
  functionName: string,
  qualifier: string | undefined,
): Promise<AwsReply> {
  try {
    const handler = await load();
    const result = await handler(event, createLambdaContext(functionName, timeoutMs, qualifier));
    return awsReply(200, result ?? null, { "x-amz-executed-version": "$LATEST" });
  } catch (error) {
    return error instanceof Error
      ? toFunctionError(error.name, error.message)
      : toFunctionError(typeof error, String(error));
  }
}

function toFunctionError(errorType: string, errorMessage: string): AwsReply {
  return awsReply(
    200,
    { errorType, errorMessage, trace: [] },
    { "x-amz-executed-version": "$LATEST", [FUNCTION_ERROR]: "Unhandled" },
  );
}
