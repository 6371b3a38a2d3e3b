import {
  InvokeCommand,
  type InvokeCommandInput,
  type InvokeCommandOutput,
  LambdaClient,
} from "@aws-sdk/client-lambda";
import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type AwsOptions, type LocalAws, startAws } from "../../local/aws.ts";

const ARN = "arn:aws:secretsmanager:us-east-1:000000000000:secret:grantkeep/state";
const CREDENTIALS = { accessKeyId: "local", secretAccessKey: "local" };

const OPTIONS: AwsOptions = {
  port: 0,
  caller: { ...CREDENTIALS, arn: "arn:aws:iam::000000000000:user/local" },
  secrets: new Map([["grantkeep/state", "first"]]),
  functions: new Map([
    ["echo", async () => async (event) => ({ event })],
    [
      "context",
      async () =>
        async (_, { functionName }) =>
          functionName,
    ],
    ["nothing", async () => async () => undefined],
    ["fails", async () => async () => Promise.reject(new RangeError("too far"))],
    ["broken", () => Promise.reject(new SyntaxError("no such module"))],
    ["hangs", async () => () => new Promise(() => {})],
  ]),
};

let aws: LocalAws;
let secretsManager: SecretsManagerClient;
let lambda: LambdaClient;

beforeEach(async () => {
  aws = await startAws(OPTIONS);
  const client = { endpoint: aws.url, region: "us-east-1", credentials: CREDENTIALS };
  secretsManager = new SecretsManagerClient({ ...client, maxAttempts: 1 });
  lambda = new LambdaClient({ ...client, maxAttempts: 1 });
});

afterEach(() => aws.close());

describe("Secrets Manager", () => {
  test.each([
    ["its name", "grantkeep/state"],
    ["its ARN", `${ARN}-AbCdEf`],
    ["its ARN without the random characters", ARN],
  ])("finds a secret by %s", async (_, SecretId) => {
    const answer = await secretsManager.send(new GetSecretValueCommand({ SecretId }));

    expect(answer).toMatchObject({
      ARN: aws.secretArn("grantkeep/state"),
      Name: "grantkeep/state",
      SecretString: "first",
      VersionStages: ["AWSCURRENT"],
      CreatedDate: expect.any(Date),
    });
  });

  test("keeps the previous version of a secret", async () => {
    aws.putSecret("grantkeep/state", "second");

    const current = await getSecret({});
    const previous = await getSecret({ VersionStage: "AWSPREVIOUS" });

    expect(current.SecretString).toBe("second");
    expect(previous).toMatchObject({ SecretString: "first", VersionStages: ["AWSPREVIOUS"] });
  });

  test("finds a version by its id", async () => {
    const first = await getSecret({});
    aws.putSecret("grantkeep/state", "second");

    const found = await getSecret({ VersionId: `${first.VersionId}` });

    expect(found.SecretString).toBe("first");
  });

  test("stores a value that is put over the API", async () => {
    await secretsManager.send(
      new PutSecretValueCommand({ SecretId: "grantkeep/state", SecretString: "second" }),
    );

    expect((await getSecret({})).SecretString).toBe("second");
  });

  test("makes one version of a request that is retried", async () => {
    const command = { SecretId: "grantkeep/state", SecretString: "second" };
    const retried = { ...command, ClientRequestToken: "0123456789abcdef0123456789abcdef" };
    await secretsManager.send(new PutSecretValueCommand(retried));
    await secretsManager.send(new PutSecretValueCommand(retried));

    const previous = await getSecret({ VersionStage: "AWSPREVIOUS" });

    expect(previous.SecretString).toBe("first");
  });

  test.each([
    ["secret", { SecretId: "other" }],
    ["version", { SecretId: "grantkeep/state", VersionStage: "AWSPREVIOUS" }],
  ])("says ResourceNotFoundException of a %s that is not there", async (_, input) => {
    const attempt = secretsManager.send(new GetSecretValueCommand(input));

    await expect(attempt).rejects.toMatchObject({ name: "ResourceNotFoundException" });
  });
});

describe("Lambda", () => {
  test.each([
    ["its name", "echo"],
    ["its name and an alias", "echo:live"],
    ["its ARN", "arn:aws:lambda:us-east-1:000000000000:function:echo"],
    ["its ARN and an alias", "arn:aws:lambda:us-east-1:000000000000:function:echo:live"],
    ["a partial ARN", "000000000000:function:echo"],
  ])("invokes a function by %s", async (_, FunctionName) => {
    const answer = await invoke({ FunctionName, Payload: '{"id":7}' });

    expect(answer.StatusCode).toBe(200);
    expect(answer.FunctionError).toBeUndefined();
    expect(toJson(answer)).toEqual({ event: { id: 7 } });
  });

  test("gives a function that is invoked without a payload an empty event", async () => {
    const answer = await invoke({ FunctionName: "echo" });

    expect(toJson(answer)).toEqual({ event: {} });
  });

  test("gives a function its context", async () => {
    const answer = await invoke({ FunctionName: "context" });

    expect(toJson(answer)).toBe("context");
  });

  test("answers null for a function that answers nothing", async () => {
    const answer = await invoke({ FunctionName: "nothing" });

    expect(toJson(answer)).toBeNull();
  });

  test.each([
    ["throws", "fails", "RangeError", "too far"],
    ["cannot be loaded", "broken", "SyntaxError", "no such module"],
  ])("says how a function failed that %s", async (_, FunctionName, errorType, errorMessage) => {
    const answer = await invoke({ FunctionName });

    expect(answer.FunctionError).toBe("Unhandled");
    expect(toJson(answer)).toEqual({ errorType, errorMessage, trace: [] });
  });

  test("ends a function that takes too long", async () => {
    const impatient = await startAws({ ...OPTIONS, functionTimeoutMs: 20 });
    const client = new LambdaClient({
      endpoint: impatient.url,
      region: "us-east-1",
      credentials: CREDENTIALS,
    });

    const answer = await client.send(new InvokeCommand({ FunctionName: "hangs" }));
    await impatient.close();

    expect(answer.FunctionError).toBe("Unhandled");
    expect(toJson(answer)).toMatchObject({ errorType: "Sandbox.Timedout" });
  });

  test("answers an event before the function has", async () => {
    const answer = await invoke({ FunctionName: "hangs", InvocationType: "Event" });

    expect(answer.StatusCode).toBe(202);
  });

  test("does not run a function on a dry run", async () => {
    const answer = await invoke({ FunctionName: "fails", InvocationType: "DryRun" });

    expect(answer.StatusCode).toBe(204);
    expect(answer.FunctionError).toBeUndefined();
  });

  test.each<[string, string, InvokeCommandInput]>([
    ["an unknown function", "ResourceNotFoundException", { FunctionName: "other" }],
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
  ])("refuses %s with %s", async (_, name, input) => {
    await expect(invoke(input)).rejects.toMatchObject({ name });
  });
});

describe("a call", () => {
  test("without a signature is refused", async () => {
    const response = await fetch(`${aws.url}/2015-03-31/functions/echo/invocations`, {
      method: "POST",
    });

    expect(response.status).toBe(403);
    expect(response.headers.get("x-amzn-errortype")).toBe("MissingAuthenticationTokenException");
  });

  test.each([
    ["key", "UnrecognizedClientException", { ...CREDENTIALS, accessKeyId: "other" }],
    ["secret", "InvalidSignatureException", { ...CREDENTIALS, secretAccessKey: "other" }],
  ])("signed with another %s is refused, and nothing is done", async (_, name, credentials) => {
    const stranger = new LambdaClient({ endpoint: aws.url, region: "us-east-1", credentials });

    const attempt = stranger.send(new InvokeCommand({ FunctionName: "echo" }));

    await expect(attempt).rejects.toMatchObject({ name, $metadata: { httpStatusCode: 403 } });
    expect(aws.calls).toEqual([]);
  });

  test("with a session token is accepted", async () => {
    const credentials = { ...CREDENTIALS, sessionToken: "token" };
    const session = new LambdaClient({ endpoint: aws.url, region: "eu-west-1", credentials });

    const answer = await session.send(new InvokeCommand({ FunctionName: "nothing" }));

    expect(answer.StatusCode).toBe(200);
  });

  test("of another API is not served", async () => {
    const response = await fetch(aws.url, {
      method: "POST",
      headers: { "x-amz-target": "DynamoDB_20120810.GetItem" },
    });

    expect(response.status).toBe(404);
    expect(response.headers.get("x-amzn-errortype")).toBe("UnknownOperationException");
  });

  test("is recorded", async () => {
    await getSecret({});
    await invoke({ FunctionName: "nothing:live" });

    expect(aws.calls).toEqual([
      { service: "secretsmanager", operation: "GetSecretValue", resource: "grantkeep/state" },
      { service: "lambda", operation: "Invoke", resource: "nothing" },
    ]);
  });
});

describe("a simulated failure", () => {
  test.each([
    ["throttling", "ThrottlingException", 400],
    ["internal", "InternalServiceError", 500],
  ] as const)("of the kind %s is %s", async (kind, name, httpStatusCode) => {
    aws.fail({ service: "secretsmanager", kind });

    await expect(getSecret({})).rejects.toMatchObject({ name, $metadata: { httpStatusCode } });
  });

  test("can be no answer at all, until the caller gives up", async () => {
    aws.fail({ service: "secretsmanager", kind: "hang" });
    const command = new GetSecretValueCommand({ SecretId: "grantkeep/state" });

    const attempt = secretsManager.send(command, { abortSignal: AbortSignal.timeout(50) });

    await expect(attempt).rejects.toMatchObject({ name: "AbortError" });
  });

  test("leaves the other service alone", async () => {
    aws.fail({ service: "secretsmanager", kind: "hang" });

    const answer = await invoke({ FunctionName: "nothing" });

    expect(answer.StatusCode).toBe(200);
  });

  test("ends when it is lifted", async () => {
    aws.fail({ service: "secretsmanager", kind: "throttling" });
    aws.fail(undefined);

    expect((await getSecret({})).SecretString).toBe("first");
  });
});

describe("the server", () => {
  test("says EADDRINUSE when its port is taken", async () => {
    const port = Number(new URL(aws.url).port);

    await expect(startAws({ ...OPTIONS, port })).rejects.toMatchObject({ code: "EADDRINUSE" });
  });
});

function getSecret(version: { VersionId?: string; VersionStage?: string }) {
  return secretsManager.send(
    new GetSecretValueCommand({ SecretId: "grantkeep/state", ...version }),
  );
}

function invoke(input: InvokeCommandInput): Promise<InvokeCommandOutput> {
  return lambda.send(new InvokeCommand(input));
}

function toJson({ Payload }: InvokeCommandOutput): unknown {
  return JSON.parse(`${Payload?.transformToString()}`);
}
