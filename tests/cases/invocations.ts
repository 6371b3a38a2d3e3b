import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import * as v from "valibot";
import { expect } from "vitest";
import { InvokeErrorMessage } from "../../functions/invoke/responses.ts";
import { LOCAL_CALLER } from "../../local/aws/caller.ts";
import type { TestStack } from "../support/stack.ts";

export const FUNCTIONS = ["token-lookup", "webhook-secret"] as const;

/** The text that the caller of a function receives: its response or its failure. */
export interface FunctionAnswer {
  readonly failed: boolean;
  readonly payload: string;
}

/** Invokes functions with a payload as it is, which need not be what a well-meaning caller sends. */
export function createInvoker({ aws }: TestStack) {
  const lambda = new LambdaClient({
    endpoint: aws.url,
    region: "us-east-1",
    credentials: LOCAL_CALLER,
  });

  return async (
    functionName: (typeof FUNCTIONS)[number],
    request: object | string,
    alias?: string,
  ): Promise<FunctionAnswer> => {
    const payload = typeof request === "string" ? request : JSON.stringify(request);
    const { FunctionError, Payload } = await lambda.send(
      new InvokeCommand({ FunctionName: functionName, Qualifier: alias, Payload: payload }),
    );
    return { failed: FunctionError !== undefined, payload: Payload?.transformToString() ?? "" };
  };
}

/** LK-087: a failure is an error code and a message, without a stack and without the input. */
export function expectFailure({ failed, payload }: FunctionAnswer, code: string, input = ""): void {
  const { errorType, errorMessage, ...rest } = JSON.parse(payload);
  expect({ failed, errorType, ...rest }).toEqual({ failed: true, errorType: code, trace: [] });
  const { message } = v.parse(InvokeErrorMessage, JSON.parse(errorMessage));
  expect(message).toMatch(/^(?:[A-Z]|github|slack|jira)[\w\s,.:'-]+\.( [A-Z][\w\s]+\.)?$/);
  if (input.length >= 5) expect(payload).not.toContain(input);
}
