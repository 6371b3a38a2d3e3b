import { type Access, accessByHandler } from "./access.ts";
import { bundling } from "./bundling.ts";
import type { Database } from "./database.ts";
import type { Secrets } from "./secrets.ts";
import type { Settings } from "./settings.ts";
import { isProduction, metricsNamespace, nameOf } from "./stage.ts";

/** What all functions are made from. */
export interface Foundation {
  readonly settings: Settings;
  readonly secrets: Secrets;
  readonly database: Database;
  readonly eventBus: aws.cloudwatch.EventBus;
  readonly publicUrl: $util.Input<string>;
}

interface Options {
  readonly handler: string;
  readonly timeout: "20 seconds" | "5 minutes";
  /** Whether each deploy publishes a version, for an alias to point to. */
  readonly versioned?: boolean;
  readonly copyFiles?: { from: string; to: string }[];
  readonly dependsOn: readonly $util.Resource[];
}

/** Makes a function that may do exactly what `infra/access.ts` says. It has no URL and no link. */
export function createFunction(foundation: Foundation, options: Options): sst.aws.Function {
  const { handler, timeout, versioned = false, copyFiles = [], dependsOn } = options;
  const access = accessByHandler[handler];
  if (!access) throw new Error(`infra/access.ts does not say what ${handler} may do.`);

  const { database } = foundation;
  const id = toId(handler);
  return new sst.aws.Function(
    toComponentName(id),
    {
      name: nameOf(id),
      handler,
      timeout,
      runtime: "nodejs24.x",
      architecture: "arm64",
      memory: "512 MB",
      nodejs: bundling,
      logging: { format: "json", retention: "3 months" },
      retries: 0,
      versioning: versioned,
      copyFiles,
      environment: environmentOf(foundation, access),
      permissions: permissionsOf(foundation, access),
      ...(access.usesDatabase && database.vpc && { vpc: database.vpc }),
      ...(isProduction() && { concurrency: { reserved: access.concurrency } }),
    },
    { dependsOn: [...dependsOn] },
  );
}

/** The name of a function within its stage: `functions/installations/get.handler` is `installations-get`. */
export function toId(handler: string): string {
  return handler.replace(/^functions\/|\.handler$/g, "").replaceAll("/", "-");
}

// SST wants names such as `InstallationsGet`.
function toComponentName(id: string): string {
  return id.replace(/(^|-)(\w)/g, (_match, _dash, letter: string) => letter.toUpperCase());
}

function permissionsOf({ secrets, database, eventBus }: Foundation, access: Access) {
  const readable = [
    ...access.secrets.map((name) => secrets[name].arn),
    ...(access.usesDatabase ? database.secretArns : []),
  ];
  const replaceable = (access.replaces ?? []).map((name) => secrets[name].arn);
  return [
    { actions: ["secretsmanager:GetSecretValue"], resources: readable },
    { actions: ["events:PutEvents"], resources: access.publishes ? [eventBus.arn] : [] },
    { actions: ["secretsmanager:PutSecretValue"], resources: replaceable },
  ].filter(({ resources }) => resources.length > 0);
}

function environmentOf(
  { settings, secrets, database, eventBus, publicUrl }: Foundation,
  access: Access,
) {
  const { github, slack, jira } = secrets;
  const told = access.knowsPlatforms ? [github, slack, jira] : [];
  const rings = access.secrets.map((name) => secrets[name]);
  return {
    METRICS_NAMESPACE: metricsNamespace(),
    ...Object.fromEntries([...told, ...rings].map(({ variable, arn }) => [variable, arn])),
    ...(access.knowsPlatforms && {
      PUBLIC_URL: publicUrl,
      ...settings.flow,
      ...settings.platforms,
    }),
    ...(access.usesDatabase && database.environment),
    ...(access.publishes && { EVENT_BUS_NAME: eventBus.name }),
  };
}
