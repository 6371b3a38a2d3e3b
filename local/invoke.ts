import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { LOCAL_CALLER } from "./caller.ts";

/** What a function answered, or how it failed. */
export interface Invocation {
  readonly ok: boolean;
  readonly payload: unknown;
}

/**
 * Invokes a function of the local stack, as a Lambda of a bot would.
 *
 * @throws {Error} when nothing listens on `PORT` + 1
 */
export async function invokeLocally(functionName: string, request: object): Promise<Invocation> {
  const endpoint = `http://127.0.0.1:${Number(process.env.PORT || 3000) + 1}`;
  const client = new LambdaClient({ endpoint, region: "us-east-1", credentials: LOCAL_CALLER });
  const command = new InvokeCommand({
    FunctionName: functionName,
    Payload: JSON.stringify(request),
  });
  const answer = await client.send(command).catch(() => {
    throw new Error(`Nothing answers at ${endpoint}: start it with npm run dev`);
  });
  const payload: unknown = JSON.parse(answer.Payload?.transformToString() ?? "null");
  return { ok: answer.FunctionError === undefined, payload };
}
