import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { GetFunctionConfigurationCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { type ApiRequest, callApi } from "./api.ts";
import { describeAwsFailure } from "./aws-failure.ts";
import { invokeFunction } from "./lambda.ts";
import { createLogReader } from "./log-lines.ts";
import { isRefused, refusedInvocation, refusedRead, refusedRequest } from "./refusal.ts";
import { startReplay } from "./replay.ts";
import { openStageSecrets, type StageSecrets } from "./secrets.ts";
import { NoStackError, type Target } from "./target.ts";

/** A function with the public URL in its environment. */
const HAS_PUBLIC_URL = "install-links-create";

const HAS_EVENT_BUS = "sweep";

/** A deployed stage, with its account and region. */
export interface Stage {
  readonly account: string;
  readonly region: string;
  /** Returns the ARN of the caller, as AWS reports it now. */
  readonly identify: () => Promise<string>;
  readonly target: Target;
  /** Returns the public URL: the domain of the stage, or the URL that API Gateway assigned. */
  readonly publicUrl: () => Promise<string>;
  /** Returns the name of a secret in Secrets Manager: `grantkeep/production/github`. */
  readonly secretNameOf: (name: string) => string;
  readonly secrets: () => StageSecrets;
}

/**
 * Opens a deployed stage in the account and region that the AWS CLI uses.
 *
 * @throws {Error} without credentials or a region
 */
export async function openStage(stage: string): Promise<Stage> {
  // A request without a response may have been processed. Only the caller knows whether to repeat it.
  const lambda = new LambdaClient({ maxAttempts: 1 });
  const { account, region, partition } = await locate(lambda).catch((error: unknown) => {
    throw describeAwsFailure(error);
  });
  // As `names.prefix` of the component.
  const start = process.env.GRANTKEEP_PREFIX || "grantkeep";
  const nameOf = (functionName: string) => `${start}-${stage}-${functionName}`;
  const notFound = (missing: string) =>
    new NoStackError(
      `There is no stage ${stage} in account ${account}, region ${region}: ` +
        `${missing} does not exist.`,
    );
  const toError = (error: unknown, missing: string): Error => {
    const isMissing = error instanceof Error && error.name === "ResourceNotFoundException";
    return isMissing ? notFound(missing) : describeAwsFailure(error);
  };

  let found: Promise<string> | undefined;
  const publicUrl = () => {
    found ??= findVariable(lambda, nameOf(HAS_PUBLIC_URL), "PUBLIC_URL").catch((error: unknown) => {
      if (isRefused(error)) throw refusedRead("the public URL", nameOf);
      throw toError(error, `the function ${nameOf(HAS_PUBLIC_URL)}`);
    });
    return found;
  };
  const request = async (route: string, options?: ApiRequest) => {
    const url = new URL(route, await publicUrl());
    try {
      const credentials = await lambda.config.credentials();
      return await callApi(url, { region, credentials }, options);
    } catch (error) {
      if (isRefused(error)) throw refusedRequest(options?.method ?? "GET", pathOf(route), nameOf);
      throw describeAwsFailure(error);
    }
  };
  const findEventBus = () => findVariable(lambda, nameOf(HAS_EVENT_BUS), "EVENT_BUS_NAME");
  const prefix = `/aws/lambda/${nameOf("")}`;
  const readLogs = createLogReader(new CloudWatchLogsClient({ region }), {
    prefix,
    noGroups: () => notFound(`a log group ${prefix}…`),
  });
  return {
    account,
    region,
    publicUrl,
    secretNameOf: (name) => `${start}/${stage}/${name}`,
    secrets: () => openStageSecrets(region),
    identify: async () =>
      (await locate(lambda).catch((error: unknown) => Promise.reject(describeAwsFailure(error))))
        .caller,
    target: {
      location: {
        ...{ stage, account, region, partition, nameOf },
        findEventBus,
      },
      invoke: (functionName, request) =>
        invokeFunction(lambda, nameOf(functionName), request).catch((error: unknown) => {
          if (isRefused(error)) throw refusedInvocation(functionName, nameOf);
          throw toError(error, `the function ${nameOf(functionName)}`);
        }),
      get: (route, query) => request(`${route}?${new URLSearchParams(query)}`),
      send: (method, route, body) => request(route, { method, body }),
      readLogs: (query) =>
        readLogs(query).catch((error: unknown) => {
          if (isRefused(error)) throw refusedRead("the logs", nameOf);
          throw toError(error, "a log group");
        }),
      async readDeadLetters() {
        // Only this command needs SQS.
        const { readDeadLetters } = await import("./dead-letters.ts");
        const queueOf = (name: string) => nameOf(`${name}-dead-letters`);
        return readDeadLetters({ region, maxAttempts: 2 }, queueOf).catch((error: unknown) => {
          if (isRefused(error)) {
            throw refusedRead("the events that were not processed", nameOf, ["operator"]);
          }
          const isMissing = error instanceof Error && error.name === "QueueDoesNotExist";
          throw isMissing ? notFound("a queue for them") : describeAwsFailure(error);
        });
      },
      async replay(request) {
        const archive = nameOf("events");
        const arnOf = (resource: string) =>
          `arn:${partition}:events:${region}:${account}:${resource}`;
        const bus = await findEventBus().catch((error: unknown) => {
          if (isRefused(error)) throw refusedRead("the event bus", nameOf, ["operator"]);
          throw toError(error, `the function ${nameOf(HAS_EVENT_BUS)}`);
        });
        await startReplay(
          new EventBridgeClient({ region }),
          { archive, bus, arnOf },
          request,
        ).catch((error: unknown) => {
          throw toError(error, `the archive ${archive}`);
        });
      },
    },
  };
}

function pathOf(route: string): string {
  return route.replace(/\?.*$/, "");
}

async function locate(lambda: LambdaClient) {
  const region = await lambda.config.region();
  const { Account, Arn } = await new STSClient({ region }).send(new GetCallerIdentityCommand({}));
  const [, partition = "aws"] = Arn?.split(":") ?? [];
  return { account: Account ?? "unknown", region, partition, caller: Arn ?? "unknown" };
}

/** Returns a variable of a function, such as `PUBLIC_URL`: the domain of the stage, or the URL that API Gateway assigned. */
async function findVariable(
  lambda: LambdaClient,
  functionName: string,
  variable: "PUBLIC_URL" | "EVENT_BUS_NAME",
): Promise<string> {
  const { Environment } = await lambda.send(
    new GetFunctionConfigurationCommand({ FunctionName: functionName }),
  );
  const value = Environment?.Variables?.[variable];
  if (value) return value;
  throw new Error(`The function ${functionName} does not have a ${variable}.`);
}
