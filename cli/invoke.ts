import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { LOCAL_CALLER } from "../local/aws/caller.ts";

/** What a function answered, or how it failed. */
export interface Invocation {
  readonly ok: boolean;
  readonly payload: unknown;
}

/** Invokes functions of one stack by their names there. */
export type Invoke = (functionName: string, request: object) => Promise<Invocation>;

/**
 * Invokes a function of the local stack, as a Lambda of a bot would.
 *
 * @throws {Error} when nothing listens on `PORT` + 1
 */
export async function invokeLocally(functionName: string, request: object): Promise<Invocation> {
  const endpoint = `http://127.0.0.1:${Number(process.env.PORT || 3000) + 1}`;
  const client = new LambdaClient({ endpoint, region: "us-east-1", credentials: LOCAL_CALLER });
  return send(client, functionName, request).catch(() => {
    throw new Error(`Nothing answers at ${endpoint}: start it with npm run dev`);
  });
}

/** Invokes functions of a deployed stage, in the region and with the credentials that the AWS CLI uses too. */
export function invokeStage(stage: string): Invoke {
  // What was not answered may have been done: the caller decides whether to ask again.
  const client = new LambdaClient({ maxAttempts: 1 });
  return (functionName, request) => send(client, `grantkeep-${stage}-${functionName}`, request);
}

async function send(client: LambdaClient, name: string, request: object): Promise<Invocation> {
  const command = new InvokeCommand({ FunctionName: name, Payload: JSON.stringify(request) });
  const answer = await client.send(command);
  const payload: unknown = JSON.parse(answer.Payload?.transformToString() ?? "null");
  return { ok: answer.FunctionError === undefined, payload };
}
