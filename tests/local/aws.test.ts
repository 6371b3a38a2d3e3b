import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type AwsOptions, type LocalAws, startAws } from "../../local/aws/endpoint.ts";

const ARN = "arn:aws:secretsmanager:us-east-1:000000000000:secret:grantkeep/state";
const CREDENTIALS = { accessKeyId: "local", secretAccessKey: "local" };

const OPTIONS: AwsOptions = {
  port: 0,
  caller: { ...CREDENTIALS, arn: "arn:aws:iam::000000000000:user/local" },
  secrets: new Map([["grantkeep/state", "first"]]),
  emptySecrets: ["grantkeep/empty"],
  functions: new Map([["nothing", { load: async () => async () => undefined, timeoutMs: 1_000 }]]),
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

  test("describes a secret by its versions, without a value", async () => {
    const describe = () =>
      secretsManager.send(new DescribeSecretCommand({ SecretId: "grantkeep/empty" }));

    const before = await describe();
    aws.putSecret("grantkeep/empty", "canary");
    const after = await describe();

    expect(before.VersionIdsToStages).toBeUndefined();
    expect(Object.values(after.VersionIdsToStages ?? {})).toEqual([["AWSCURRENT"]]);
    expect(after.LastChangedDate).toEqual(expect.any(Date));
    expect(JSON.stringify(after)).not.toContain("canary");
  });

  test("stores a value that is put through the API", async () => {
    await secretsManager.send(
      new PutSecretValueCommand({ SecretId: "grantkeep/state", SecretString: "second" }),
    );

    expect((await getSecret({})).SecretString).toBe("second");
  });

  test("creates one version for a request that is retried", async () => {
    const command = { SecretId: "grantkeep/state", SecretString: "second" };
    const retried = { ...command, ClientRequestToken: "0123456789abcdef0123456789abcdef" };
    await secretsManager.send(new PutSecretValueCommand(retried));
    await secretsManager.send(new PutSecretValueCommand(retried));

    const previous = await getSecret({ VersionStage: "AWSPREVIOUS" });

    expect(previous.SecretString).toBe("first");
  });

  test("rejects another value for an existing version of any age", async () => {
    const token = "0123456789abcdef0123456789abcdef";
    const put = (SecretString: string, ClientRequestToken?: string) =>
      secretsManager.send(
        new PutSecretValueCommand({ SecretId: ARN, SecretString, ClientRequestToken }),
      );
    await put("second", token);
    await put("third");
    await put("fourth");

    await expect(put("other", token)).rejects.toMatchObject({ name: "ResourceExistsException" });
    await put("second", token);

    expect((await getSecret({})).SecretString).toBe("fourth");
  });

  test("returns the creation time of a version, which can be moved into the past", async () => {
    const before = (await getSecret({})).CreatedDate?.getTime() ?? 0;
    aws.letTimePass(3_600);
    const after = (await getSecret({})).CreatedDate?.getTime() ?? 0;

    expect(before - after).toBeCloseTo(3_600_000, -2);
  });

  test.each([
    ["secret", { SecretId: "other" }],
    ["version", { SecretId: "grantkeep/state", VersionStage: "AWSPREVIOUS" }],
  ])("returns ResourceNotFoundException for an unknown %s", async (_, input) => {
    const attempt = secretsManager.send(new GetSecretValueCommand(input));

    await expect(attempt).rejects.toMatchObject({ name: "ResourceNotFoundException" });
  });
});

describe("Secrets Manager with persistent values", () => {
  test("D13 returns when a value was stored, not when the endpoint started", async () => {
    const stored = new Date("2026-01-02T03:04:05Z");
    const endpoint = await startAws({
      ...OPTIONS,
      secretDates: new Map([["grantkeep/state", stored]]),
    });
    const client = new SecretsManagerClient({
      endpoint: endpoint.url,
      region: "us-east-1",
      credentials: CREDENTIALS,
    });

    const { CreatedDate } = await client.send(new GetSecretValueCommand({ SecretId: ARN }));
    await endpoint.close();

    expect(CreatedDate).toEqual(stored);
  });

  test("stores a value before it can be read, and rejects a value that cannot be stored", async () => {
    const kept: string[] = [];
    const endpoint = await startAws({
      ...OPTIONS,
      async keepSecret(name, value) {
        if (value === "refused") throw new Error("It is set elsewhere.");
        kept.push(`${name}=${value}`);
      },
    });
    const client = new SecretsManagerClient({
      endpoint: endpoint.url,
      region: "us-east-1",
      credentials: CREDENTIALS,
      maxAttempts: 1,
    });
    const put = (SecretString: string) =>
      client.send(new PutSecretValueCommand({ SecretId: ARN, SecretString }));

    await put("second");
    const refused = put("refused");

    await expect(refused).rejects.toMatchObject({ message: "It is set elsewhere." });
    const current = await client.send(new GetSecretValueCommand({ SecretId: ARN }));
    expect(current.SecretString).toBe("second");
    expect(kept).toEqual(["grantkeep/state=second"]);
    await endpoint.close();
  });
});

describe("a call", () => {
  test("without a signature is rejected", async () => {
    const response = await fetch(`${aws.url}/2015-03-31/functions/nothing/invocations`, {
      method: "POST",
    });

    expect(response.status).toBe(403);
    expect(response.headers.get("x-amzn-errortype")).toBe("MissingAuthenticationTokenException");
  });

  test.each([
    ["key", "UnrecognizedClientException", { ...CREDENTIALS, accessKeyId: "other" }],
    ["secret", "InvalidSignatureException", { ...CREDENTIALS, secretAccessKey: "other" }],
  ])("signed with another %s is rejected without an effect", async (_, name, credentials) => {
    const stranger = new LambdaClient({ endpoint: aws.url, region: "us-east-1", credentials });

    const attempt = stranger.send(new InvokeCommand({ FunctionName: "nothing" }));

    await expect(attempt).rejects.toMatchObject({ name, $metadata: { httpStatusCode: 403 } });
    expect(aws.calls).toEqual([]);
  });

  test("with a session token is accepted", async () => {
    const credentials = { ...CREDENTIALS, sessionToken: "token" };
    const session = new LambdaClient({ endpoint: aws.url, region: "eu-west-1", credentials });

    const answer = await session.send(new InvokeCommand({ FunctionName: "nothing" }));

    expect(answer.StatusCode).toBe(200);
  });

  test("of another API is rejected", async () => {
    const response = await fetch(aws.url, {
      method: "POST",
      headers: { "x-amz-target": "DynamoDB_20120810.GetItem" },
    });

    expect(response.status).toBe(404);
    expect(response.headers.get("x-amzn-errortype")).toBe("UnknownOperationException");
  });

  test("is recorded", async () => {
    await getSecret({});
    await lambda.send(new InvokeCommand({ FunctionName: "nothing:live" }));

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

  test("can be a missing response, until the caller gives up", async () => {
    aws.fail({ service: "secretsmanager", kind: "hang" });
    const command = new GetSecretValueCommand({ SecretId: "grantkeep/state" });

    const attempt = secretsManager.send(command, { abortSignal: AbortSignal.timeout(50) });

    await expect(attempt).rejects.toMatchObject({ name: "AbortError" });
  });

  test("does not affect other services", async () => {
    aws.fail({ service: "secretsmanager", kind: "hang" });

    const answer = await lambda.send(new InvokeCommand({ FunctionName: "nothing" }));

    expect(answer.StatusCode).toBe(200);
  });

  test("ends when it is cleared", async () => {
    aws.fail({ service: "secretsmanager", kind: "throttling" });
    aws.fail(undefined);

    expect((await getSecret({})).SecretString).toBe("first");
  });
});

describe("the server", () => {
  test("fails with EADDRINUSE when its port is in use", async () => {
    const port = Number(new URL(aws.url).port);

    await expect(startAws({ ...OPTIONS, port })).rejects.toMatchObject({ code: "EADDRINUSE" });
  });
});

function getSecret(version: { VersionId?: string; VersionStage?: string }) {
  return secretsManager.send(
    new GetSecretValueCommand({ SecretId: "grantkeep/state", ...version }),
  );
}
