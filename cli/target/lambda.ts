import { InvokeCommand, type LambdaClient } from "@aws-sdk/client-lambda";
import { type Invocation, toInvocation } from "./target.ts";

/** Sends a request to a function, and waits for its result. */
export async function invokeFunction(
  client: LambdaClient,
  functionName: string,
  request: object,
): Promise<Invocation> {
  const { FunctionError, Payload } = await client.send(
    new InvokeCommand({ FunctionName: functionName, Payload: JSON.stringify(request) }),
  );
  const payload: unknown = JSON.parse(Payload?.transformToString() ?? "null");
  return toInvocation(payload, FunctionError !== undefined);
}
