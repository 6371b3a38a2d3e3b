import { randomUUID } from "node:crypto";
import * as v from "valibot";
import { ACCOUNT_ID, REGION } from "./aws-account.ts";
import { type AwsReply, awsError, awsReply } from "./aws-reply.ts";

/** Real ARNs end in six random characters; here they are the same in each run. */
const ARN_SUFFIX = "-AbCdEf";

const SecretRequest = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({
    SecretId: v.string(),
    VersionId: v.optional(v.string()),
    VersionStage: v.optional(v.string()),
    SecretString: v.optional(v.string()),
    ClientRequestToken: v.optional(v.string()),
  }),
);

type SecretRequest = v.InferOutput<typeof SecretRequest>;

interface SecretVersion {
  readonly id: string;
  readonly value: string;
  readonly createdAt: Date;
}

interface Secret {
  readonly name: string;
  readonly current: SecretVersion;
  readonly previous: SecretVersion | undefined;
}

type Secrets = Map<string, Secret>;

export interface SecretsManager {
  arn(name: string): string;
  put(name: string, value: string): void;
  /** Answers an operation; its input is the JSON of the request's body. */
  handle(operation: string, input: string): AwsReply;
}

/**
 * Secrets Manager in memory: it keeps the current and the previous version of each secret.
 *
 * @see [API reference](https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_Operations.html)
 */
export function createSecretsManager(seed: ReadonlyMap<string, string>): SecretsManager {
  const secrets: Secrets = new Map();
  for (const [name, value] of seed) addVersion(secrets, name, value);

  return {
    arn: toArn,
    put(name, value) {
      addVersion(secrets, name, value);
    },
    handle(operation, input) {
      if (operation !== "GetSecretValue" && operation !== "PutSecretValue") {
        return awsError(400, "UnknownOperationException", `${operation} is not served locally.`);
      }
      const request = v.safeParse(SecretRequest, input);
      if (!request.success) return awsError(400, "InvalidParameterException", "Invalid request.");

      const secret = [...secrets.values()].find(({ name }) =>
        isIdOf(name, request.output.SecretId),
      );
      if (!secret) return notFound("secret");
      return operation === "GetSecretValue"
        ? getSecretValue(secret, request.output)
        : putSecretValue(secrets, secret, request.output);
    },
  };
}

function addVersion(
  secrets: Secrets,
  name: string,
  value: string,
  id: string = randomUUID(),
): Secret {
  const existing = secrets.get(name);
  // The SDK repeats the token of a request that it retries: that must not make another version.
  if (existing?.current.id === id) return existing;

  const current = { id, value, createdAt: new Date() };
  const secret = { name, current, previous: existing?.current };
  secrets.set(name, secret);
  return secret;
}

function toArn(name: string): string {
  return `arn:aws:secretsmanager:${REGION}:${ACCOUNT_ID}:secret:${name}${ARN_SUFFIX}`;
}

/** A secret is known by its name, its ARN, and its ARN without the random characters. */
function isIdOf(name: string, secretId: string): boolean {
  const arn = toArn(name);
  return [name, arn, arn.slice(0, -ARN_SUFFIX.length)].includes(secretId);
}

function getSecretValue(secret: Secret, { VersionId, VersionStage }: SecretRequest): AwsReply {
  const stage = VersionStage ?? (VersionId === undefined ? "AWSCURRENT" : undefined);
  const found = toVersions(secret).find(
    (version) =>
      (stage === undefined || version.stage === stage) &&
      (VersionId === undefined || version.id === VersionId),
  );
  if (!found) return notFound("secret value");

  return awsReply(200, {
    ...toReference(secret.name, found),
    CreatedDate: found.createdAt.getTime() / 1000,
    SecretString: found.value,
  });
}

function toVersions({ current, previous }: Secret) {
  return [
    { ...current, stage: "AWSCURRENT" },
    ...(previous ? [{ ...previous, stage: "AWSPREVIOUS" }] : []),
  ];
}

function putSecretValue(secrets: Secrets, { name }: Secret, request: SecretRequest): AwsReply {
  const { SecretString, ClientRequestToken } = request;
  if (SecretString === undefined) {
    return awsError(400, "InvalidRequestException", "You must provide SecretString.");
  }
  const { current } = addVersion(secrets, name, SecretString, ClientRequestToken);
  return awsReply(200, toReference(name, { ...current, stage: "AWSCURRENT" }));
}

function toReference(name: string, { id, stage }: { id: string; stage: string }) {
  return { ARN: toArn(name), Name: name, VersionId: id, VersionStages: [stage] };
}

function notFound(what: string): AwsReply {
  const message = `Secrets Manager can't find the specified ${what}.`;
  return awsError(400, "ResourceNotFoundException", message);
}
