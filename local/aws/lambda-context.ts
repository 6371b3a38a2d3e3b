import { randomUUID } from "node:crypto";
import type { Context } from "aws-lambda";
import { ACCOUNT_ID, REGION } from "./account.ts";

/** How long a function may run, as deployed: less than the 30 seconds that API Gateway waits. */
export const FUNCTION_TIMEOUT_MS = 20_000;

export type LambdaHandler = (event: unknown, context: Context) => Promise<unknown>;

/** The context of one invocation; its remaining time counts down from now. */
export function createLambdaContext(
  functionName: string,
  timeoutMs: number = FUNCTION_TIMEOUT_MS,
): Context {
  const deadline = Date.now() + timeoutMs;
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName,
    functionVersion: "$LATEST",
    invokedFunctionArn: `arn:aws:lambda:${REGION}:${ACCOUNT_ID}:function:${functionName}`,
    memoryLimitInMB: "1024",
    awsRequestId: randomUUID(),
    logGroupName: `/aws/lambda/${functionName}`,
    logStreamName: "local",
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
    // Handlers answer by their promise: the runtime ignores these too, since Node 24.
    done() {},
    fail() {},
    succeed() {},
  };
}
