import { randomUUID } from "node:crypto";
import * as v from "valibot";
import { ACCOUNT_ID, REGION } from "./account.ts";
import { type AwsReply, awsError, awsReply } from "./reply.ts";

/** Real ARNs end in six random characters. Here they are constant. */
const ARN_SUFFIX = "-AbCdEf";

const OPERATIONS = ["DescribeSecret", "GetSecretValue", "PutSecretValue"];

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

/** All versions of each secret, oldest first. The last is `AWSCURRENT`, the one before it `AWSPREVIOUS`. */
type Secrets = Map<string, readonly SecretVersion[]>;

export interface SecretsManager {
  arn(name: string): string;
  put(name: string, value: string): void;
  /** Moves the creation of all versions into the past. */
  letTimePass(seconds: number): void;
  /** Performs an operation on the JSON body of a request. */
  handle(operation: string, input: string): Promise<AwsReply>;
}

/** Stores a value that was put through the API. An exception rejects the value. */
type KeepSecret = (name: string, value: string) => Promise<void>;

export interface SecretsManagerOptions {
  /** Stores values that are put through the API, so that they outlive the endpoint. */
  readonly keepSecret?: KeepSecret;
  /** When the value of a secret was stored. Default: now. */
  readonly secretDates?: ReadonlyMap<string, Date>;
  /** The names of secrets that have no value yet. */
  readonly emptySecrets?: readonly string[];
}

/**
 * Creates Secrets Manager in memory. It keeps every version of each secret.
 *
 * @see [API reference](https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_Operations.html)
 */
export function createSecretsManager(
  seed: ReadonlyMap<string, string>,
  { keepSecret = async () => {}, secretDates, emptySecrets = [] }: SecretsManagerOptions = {},
): SecretsManager {
  const secrets: Secrets = new Map();
  for (const [name, value] of seed) {
    addVersion(secrets, name, { value, createdAt: secretDates?.get(name) });
  }
  for (const name of emptySecrets) secrets.set(name, []);
  let puts: Promise<unknown> = Promise.resolve();

  return {
    arn: toArn,
    put(name, value) {
      addVersion(secrets, name, { value });
    },
    letTimePass(seconds) {
      for (const [name, versions] of secrets) {
        const older = versions.map((version) => ({
          ...version,
          createdAt: new Date(version.createdAt.getTime() - seconds * 1000),
        }));
        secrets.set(name, older);
      }
    },
    async handle(operation, body) {
      if (!OPERATIONS.includes(operation)) {
        return awsError(
          400,
          "UnknownOperationException",
          `${operation} is not available in local mode.`,
        );
      }
      const request = v.safeParse(SecretRequest, body);
      if (!request.success) return awsError(400, "InvalidParameterException", "Invalid request.");

      const { output: input } = request;
      const names = [...secrets.keys()];
      const name = names.find((name) => isIdOf(name, input.SecretId));
      if (name === undefined) return notFound("secret");
      if (operation === "GetSecretValue") return getSecretValue(secrets, name, input);
      if (operation === "DescribeSecret") return describeSecret(secrets, name);
      // Sequential, so that a value is stored before it can be read, and can be read before the next put.
      const put = puts.then(() => putSecretValue(secrets, name, input, keepSecret));
      puts = put;
      return put;
    },
  };
}

interface NewVersion {
  readonly value: string;
  readonly id?: string | undefined;
  readonly createdAt?: Date | undefined;
}

function addVersion(
  secrets: Secrets,
  name: string,
  { value, id = randomUUID(), createdAt = new Date() }: NewVersion,
): SecretVersion {
  const version = { id, value, createdAt };
  secrets.set(name, [...(secrets.get(name) ?? []), version]);
  return version;
}

function toArn(name: string): string {
  return `arn:aws:secretsmanager:${REGION}:${ACCOUNT_ID}:secret:${name}${ARN_SUFFIX}`;
}

/** Returns whether an id is the name of the secret, its ARN, or its ARN without the random characters. */
function isIdOf(name: string, secretId: string): boolean {
  const arn = toArn(name);
  return [name, arn, arn.slice(0, -ARN_SUFFIX.length)].includes(secretId);
}

function getSecretValue(
  secrets: Secrets,
  name: string,
  { VersionId, VersionStage }: SecretRequest,
): AwsReply {
  const stage = VersionStage ?? (VersionId === undefined ? "AWSCURRENT" : undefined);
  const found = toVersions(secrets, name).find(
    (version) =>
      (stage === undefined || version.stages.includes(stage)) &&
      (VersionId === undefined || version.id === VersionId),
  );
  if (!found) return notFound("secret value");

  return awsReply(200, {
    ...toReference(name, found),
    CreatedDate: found.createdAt.getTime() / 1000,
    SecretString: found.value,
  });
}

/** The description of a secret names its versions, and has no value. */
function describeSecret(secrets: Secrets, name: string): AwsReply {
  const versions = toVersions(secrets, name);
  const changedAt = versions.at(-1)?.createdAt;
  return awsReply(200, {
    ARN: toArn(name),
    Name: name,
    ...(changedAt && { LastChangedDate: changedAt.getTime() / 1000 }),
    ...(versions.length > 0 && {
      VersionIdsToStages: Object.fromEntries(versions.map(({ id, stages }) => [id, stages])),
    }),
  });
}

function toVersions(secrets: Secrets, name: string) {
  const versions = secrets.get(name) ?? [];
  return versions.map((version, index) => ({
    ...version,
    stages: stagesOf(versions.length - index),
  }));
}

/** Returns the stages of a version by its distance from the end: 1 is the last. */
function stagesOf(fromEnd: number): string[] {
  if (fromEnd === 1) return ["AWSCURRENT"];
  return fromEnd === 2 ? ["AWSPREVIOUS"] : [];
}

async function putSecretValue(
  secrets: Secrets,
  name: string,
  { SecretString: value, ClientRequestToken: id }: SecretRequest,
  keep: KeepSecret,
): Promise<AwsReply> {
  if (value === undefined) {
    return awsError(400, "InvalidRequestException", "You must provide SecretString.");
  }
  // The SDK retries with the same token, which must not create another version.
  const existing = toVersions(secrets, name).find((version) => version.id === id);
  if (existing) {
    return existing.value === value
      ? awsReply(200, toReference(name, existing))
      : awsError(400, "ResourceExistsException", "You can't modify a version that exists.");
  }
  try {
    await keep(name, value);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return awsError(400, "InvalidRequestException", message);
  }
  const version = addVersion(secrets, name, { value, id });
  return awsReply(200, toReference(name, { ...version, stages: ["AWSCURRENT"] }));
}

function toReference(name: string, { id, stages }: { id: string; stages: readonly string[] }) {
  return {
    ARN: toArn(name),
    Name: name,
    VersionId: id,
    ...(stages.length > 0 && { VersionStages: stages }),
  };
}

function notFound(what: string): AwsReply {
  const message = `Secrets Manager can't find the specified ${what}.`;
  return awsError(400, "ResourceNotFoundException", message);
}
