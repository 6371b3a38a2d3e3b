import { PLATFORM_NAMES } from "../core/platforms.ts";
import type { Code } from "./code.ts";
import type { ConfigurationFile } from "./configuration.ts";
import type { Database } from "./database/database.ts";
import type { DeliveryBucket } from "./delivery-bucket.ts";
import type { EventBus } from "./events.ts";
import type { Access, FunctionDefinition } from "./function-definition.ts";
import { ARCHITECTURE, RUNTIME } from "./runtime.ts";
import type { Secrets } from "./secrets.ts";
import type { Settings } from "./settings.ts";
import { isProduction, logicalName, metricsNamespace, nameOf, toComponentName } from "./stage.ts";

/** The resources and settings that every function is created from. */
export interface Foundation {
  readonly code: Code;
  readonly settings: Settings;
  readonly configurationFile: ConfigurationFile;
  readonly secrets: Secrets;
  readonly database: Database;
  readonly eventBus: EventBus;
  readonly deliveryBucket: DeliveryBucket;
  readonly publicUrl: $util.Input<string>;
  /** The functions that were created so far, by their names. */
  readonly functions: Map<string, sst.aws.Function>;
}

interface Options {
  readonly copyFiles?: { from: string; to: string }[];
  readonly dependsOn: readonly $util.Resource[];
  /** For asynchronous invocations: how often Lambda retries one, and the queue for one whose retries failed too. */
  readonly onFailure?: { readonly retries: number; readonly deadLetters: aws.sqs.Queue };
}

/** Creates a function with exactly the permissions of its `access`, and with neither a URL nor a link. */
export function createFunction(
  foundation: Foundation,
  { name, handler, trigger, timeoutSeconds, memoryMb, access }: FunctionDefinition,
  { copyFiles = [], dependsOn, onFailure }: Options,
): sst.aws.Function {
  const { code, database, functions } = foundation;
  const created = new sst.aws.Function(
    logicalName(toComponentName(name)),
    {
      name: nameOf(name),
      ...code.of({ name, handler }),
      timeout: `${timeoutSeconds} seconds`,
      runtime: RUNTIME,
      architecture: ARCHITECTURE,
      memory: `${memoryMb} MB`,
      logging: { format: "json", retention: "3 months" },
      retries: onFailure?.retries ?? 0,
      versioning: trigger.type === "invoke" && trigger.versioned,
      copyFiles: [foundation.configurationFile.copied, ...copyFiles],
      environment: environmentOf(foundation, access),
      permissions: [...permissionsOf(foundation, access), ...sendingTo(onFailure?.deadLetters)],
      ...(access.needsDatabase && database.vpc && { vpc: database.vpc }),
      ...(isProduction() && { concurrency: { reserved: access.reservedConcurrency } }),
      ...(onFailure && {
        transform: {
          eventInvokeConfig: {
            destinationConfig: { onFailure: { destination: onFailure.deadLetters.arn } },
          },
        },
      }),
    },
    { dependsOn: [...dependsOn] },
  );
  functions.set(name, created);
  return created;
}

function permissionsOf(foundation: Foundation, access: Access) {
  const { secrets, database, eventBus, deliveryBucket, configurationFile } = foundation;
  const login = access.needsDatabase && database.loginOf(access.databaseRole ?? "writer");
  const arnsOf = (names: Access["readsSecrets"]) => names.map((name) => secrets[name].arn);
  const readable = [...arnsOf(access.readsSecrets), ...(login ? login.secretArns : [])];
  return [
    { actions: ["secretsmanager:GetSecretValue"], resources: readable },
    ...(login ? login.permissions : []),
    { actions: ["events:PutEvents"], resources: access.publishesEvents ? [eventBus.arn] : [] },
    { actions: ["secretsmanager:PutSecretValue"], resources: arnsOf(access.writesSecrets) },
    {
      actions: ["lambda:InvokeFunction"],
      resources:
        access.invokesInteractions && configurationFile.interactions !== undefined
          ? [configurationFile.interactions]
          : [],
    },
    ...["s3:PutObject", "s3:GetObject"].map((action) => ({
      actions: [action],
      resources: access.storesDeliveries ? [deliveryBucket.objects] : [],
    })),
  ].filter(({ resources }) => resources.length > 0);
}

function sendingTo(queue: aws.sqs.Queue | undefined) {
  return queue ? [{ actions: ["sqs:SendMessage"], resources: [queue.arn] }] : [];
}

function environmentOf(foundation: Foundation, access: Access) {
  const { configurationFile, secrets, database, eventBus, deliveryBucket, publicUrl } = foundation;
  // A function with the settings of a platform gets the ARN of its secret, also without permission to read it.
  const named = [...(access.needsPlatformConfig ? PLATFORM_NAMES : []), ...access.readsSecrets];
  const arns = named.map((name) => secrets[name]).map(({ variable, arn }) => [variable, arn]);
  return {
    METRICS_NAMESPACE: metricsNamespace(),
    // `sst dev` runs the functions on this machine.
    ...($dev && { CONFIGURATION_FILE: configurationFile.path }),
    ...Object.fromEntries(arns),
    ...((access.needsPlatformConfig || access.needsPublicUrl) && { PUBLIC_URL: publicUrl }),
    ...(access.needsDatabase && database.loginOf(access.databaseRole ?? "writer").environment),
    ...(access.publishesEvents && { EVENT_BUS_NAME: eventBus.name }),
    ...(access.storesDeliveries && { DELIVERY_BUCKET: deliveryBucket.name }),
  };
}
