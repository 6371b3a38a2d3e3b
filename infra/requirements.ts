import { secretArnVariable } from "../core/configuration/variable-names.ts";
import { PLATFORM_NAMES } from "../core/platforms.ts";
import type { Access } from "./function-definition.ts";
import type { SecretName } from "./secret-names.ts";

/** A resource or a setting of a stage, by which other tools than SST fill variables and policies in. */
export type Surrounding =
  | `secret ${SecretName}`
  | "secret with the database URL"
  | "event bus"
  | "delivery bucket"
  | "public URL"
  | "metrics namespace"
  | "function of slack.interactions";

/** The environment variables and the permissions of a function. */
export interface Requirements {
  readonly variables: Readonly<Record<string, Surrounding>>;
  readonly permissions: readonly {
    readonly action: string;
    readonly resource: Surrounding;
  }[];
}

/** Returns what a function needs on a stage whose database is given by its URL. */
export function requirementsOf(access: Access): Requirements {
  const named = new Set([
    ...(access.needsPlatformConfig ? PLATFORM_NAMES : []),
    ...access.readsSecrets,
  ]);
  const secrets = (names: Iterable<SecretName>) =>
    [...names].map((name) => [secretArnVariable(name), `secret ${name}`] as const);
  const all = (action: string, resources: readonly Surrounding[]) =>
    resources.map((resource) => ({ action, resource }));
  const when = <Value>(condition: boolean, value: Value): Value[] => (condition ? [value] : []);
  const isDatabase = when(access.needsDatabase, "secret with the database URL" as const);
  const isBus = when(access.publishesEvents, "event bus" as const);
  const isBucket = when(access.storesDeliveries, "delivery bucket" as const);
  return {
    variables: Object.fromEntries<Surrounding>([
      ["METRICS_NAMESPACE", "metrics namespace"],
      ...secrets(named),
      ...when(access.needsPlatformConfig || access.needsPublicUrl === true, [
        "PUBLIC_URL",
        "public URL",
      ] as const),
      ...isDatabase.map((value) => ["DATABASE_URL_SECRET_ARN", value] as const),
      ...isBus.map((value) => ["EVENT_BUS_NAME", value] as const),
      ...isBucket.map((value) => ["DELIVERY_BUCKET", value] as const),
    ]),
    permissions: [
      ...all("secretsmanager:GetSecretValue", [
        ...secrets(access.readsSecrets).map(([, secret]) => secret),
        ...isDatabase,
      ]),
      ...all("events:PutEvents", isBus),
      ...all(
        "secretsmanager:PutSecretValue",
        secrets(access.writesSecrets).map(([, secret]) => secret),
      ),
      ...all(
        "lambda:InvokeFunction",
        when(access.invokesInteractions, "function of slack.interactions" as const),
      ),
      ...all("s3:PutObject", isBucket),
      ...all("s3:GetObject", isBucket),
    ],
  };
}
