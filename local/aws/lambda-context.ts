import { randomUUID } from "node:crypto";
import type { Context } from "aws-lambda";
import { MEMORY_MB } from "../../infra/runtime.ts";
import { ACCOUNT_ID, REGION } from "./account.ts";

export type LambdaHandler = (event: unknown, context: Context) => Promise<unknown>;

/**
 * Creates the context of an invocation, by an alias or a version if there is a qualifier. Its remaining time counts down
 * from now.
 */
export function createLambdaContext(
  functionName: string,
  timeoutMs: number,
  qualifier?: string,
): Context {
  const deadline = Date.now() + timeoutMs;
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName,
    functionVersion: "$LATEST",
    invokedFunctionArn: [
      `arn:aws:lambda:${REGION}:${ACCOUNT_ID}:function:${functionName}`,
      ...(qualifier === undefined ? [] : [qualifier]),
    ].join(":"),
    memoryLimitInMB: `${MEMORY_MB}`,
    awsRequestId: randomUUID(),
    logGroupName: `/aws/lambda/${functionName}`,
    logStreamName: "local",
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
    // Handlers return promises. Since Node 24, the runtime ignores these callbacks too.
    done() {},
    fail() {},
    succeed() {},
  };
}
