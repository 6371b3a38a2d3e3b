import {
  InvokeCommand,
  type InvokeCommandInput,
  type InvokeCommandOutput,
  LambdaClient,
} from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type AwsOptions, type LocalAws, startAws } from "../../local/aws/endpoint.ts";
import type { LambdaHandler } from "../../local/aws/lambda-context.ts";

const CREDENTIALS = { accessKeyId: "local", secretAccessKey: "local" };

/** The event that the function `notes` was invoked with. */
const noted = Promise.withResolvers<unknown>();

const OPTIONS: AwsOptions = {
  port: 0,
  caller: { ...CREDENTIALS, arn: "arn:aws:iam::000000000000:user/local" },
  secrets: new Map(),
  functions: new Map([
    ["echo", toFunction(async (event) => ({ event }))],
    ["context", toFunction(async (_, { functionName }) => functionName)],
    ["arn", toFunction(async (_, { invokedFunctionArn }) => invokedFunctionArn)],
    ["nothing", toFunction(async () => undefined)],
    ["fails", toFunction(async () => Promise.reject(new RangeError("too far")))],
    ["broken", { load: () => Promise.reject(new SyntaxError("no such module")), timeoutMs: 1_000 }],
    ["notes", toFunction(async (event) => noted.resolve(event))],
    ["hangs", toFunction(() => new Promise(() => {}))],
    ["impatient", toFunction(() => new Promise(() => {}), 20)],
  ]),
};

let aws: LocalAws;

beforeAll(async () => {
  aws = await startAws(OPTIONS);
});

afterAll(() => aws.close());

test.each([
  ["its name", "echo"],
  ["its name and an alias", "echo:live"],
  ["its ARN", "arn:aws:lambda:us-east-1:000000000000:function:echo"],
  ["its ARN and an alias", "arn:aws:lambda:us-east-1:000000000000:function:echo:live"],
  ["a partial ARN", "000000000000:function:echo"],
  ["its deployed name (D13)", "grantkeep-production-echo:live"],
  ["the ARN of its deployed name (D13)", "000000000000:function:grantkeep-my-stage-echo"],
])("invokes a function by %s", async (_, FunctionName) => {
  const answer = await invoke({ FunctionName, Payload: '{"id":7}' });

  expect(answer.StatusCode).toBe(200);
  expect(answer.FunctionError).toBeUndefined();
  expect(toJson(answer)).toEqual({ event: { id: 7 } });
});

test("passes an empty event when there is no payload", async () => {
  const answer = await invoke({ FunctionName: "echo" });

  expect(toJson(answer)).toEqual({ event: {} });
});

test("passes the context to the function", async () => {
  const answer = await invoke({ FunctionName: "context" });

  expect(toJson(answer)).toBe("context");
});

const ARN = "arn:aws:lambda:us-east-1:000000000000:function:arn";

test.each<[string, string, Partial<InvokeCommandInput>, string]>([
  ["no alias", ARN, {}, ARN],
  ["an alias after the name", `${ARN}:reviewer`, {}, `${ARN}:reviewer`],
  ["the parameter Qualifier", "arn", { Qualifier: "reviewer" }, `${ARN}:reviewer`],
  ["the same alias twice", "arn:reviewer", { Qualifier: "reviewer" }, `${ARN}:reviewer`],
  ["$LATEST", "arn:$LATEST", {}, `${ARN}:$LATEST`],
])("tells the function that it was invoked by %s", async (_, FunctionName, qualifier, arn) => {
  expect(toJson(await invoke({ FunctionName, ...qualifier }))).toBe(arn);
});

test("returns null for a function that returns nothing", async () => {
  const answer = await invoke({ FunctionName: "nothing" });

  expect(toJson(answer)).toBeNull();
});

test.each([
  ["throws", "fails", "RangeError", "too far"],
  ["cannot be loaded", "broken", "SyntaxError", "no such module"],
])("returns the error of a function that %s", async (_, FunctionName, errorType, errorMessage) => {
  const answer = await invoke({ FunctionName });

  expect(answer.FunctionError).toBe("Unhandled");
  expect(toJson(answer)).toEqual({ errorType, errorMessage, trace: [] });
});

test("ends a function at its timeout", async () => {
  const answer = await invoke({ FunctionName: "impatient" });

  expect(answer.FunctionError).toBe("Unhandled");
  expect(toJson(answer)).toMatchObject({ errorType: "Sandbox.Timedout" });
});

test("responds to an asynchronous invocation before the function ends", async () => {
  const answer = await invoke({ FunctionName: "hangs", InvocationType: "Event" });

  expect(answer.StatusCode).toBe(202);
});

test("runs a function for an asynchronous invocation", async () => {
  await invoke({ FunctionName: "notes", InvocationType: "Event", Payload: '{"id":7}' });

  await expect(noted.promise).resolves.toEqual({ id: 7 });
});

test("does not run the function in a dry run", async () => {
  const answer = await invoke({ FunctionName: "fails", InvocationType: "DryRun" });

  expect(answer.StatusCode).toBe(204);
  expect(answer.FunctionError).toBeUndefined();
});

test.each<[string, string, InvokeCommandInput]>([
  ["an unknown function", "ResourceNotFoundException", { FunctionName: "other" }],
  [
    "two different aliases",
    "InvalidParameterValueException",
    { FunctionName: "echo:live", Qualifier: "reviewer" },
  ],
  ["a qualifier that is none", "ValidationException", { FunctionName: "echo", Qualifier: "a:b" }],
  [
    "a payload that is not JSON",
    "InvalidRequestContentException",
    { FunctionName: "echo", Payload: "{" },
  ],
  [
    "a payload of more than 6 MB",
    "RequestTooLargeException",
    { FunctionName: "echo", Payload: Buffer.alloc(6 * 1024 * 1024 + 1, " ") },
  ],
])("rejects %s with %s", async (_, name, input) => {
  await expect(invoke(input)).rejects.toMatchObject({ name });
});

function toFunction(handler: LambdaHandler, timeoutMs = 1_000) {
  return { load: async () => handler, timeoutMs };
}

function invoke(input: InvokeCommandInput): Promise<InvokeCommandOutput> {
  const client = new LambdaClient({
    endpoint: aws.url,
    region: "us-east-1",
    credentials: CREDENTIALS,
    maxAttempts: 1,
  });
  return client.send(new InvokeCommand(input));
}

function toJson({ Payload }: InvokeCommandOutput): unknown {
  return JSON.parse(`${Payload?.transformToString()}`);
}
