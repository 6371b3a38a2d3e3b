import type { SecretName } from "./secret-names.ts";

/** One deployed function: who calls it, for how long it may run, and what it can access. */
export interface FunctionDefinition {
  /** The name within a stage: `token-lookup` is deployed as `grantkeep-<stage>-token-lookup`. */
  readonly name: string;
  /** A module of this repository and its export, in the form that SST takes. */
  readonly handler: Handler;
  readonly trigger: Trigger;
  readonly timeoutSeconds: number;
  readonly memoryMb: number;
  readonly access: Access;
}

type Handler = `${string}.handler`;

export type Trigger =
  | RouteTrigger
  | InvokeTrigger
  | ScheduleTrigger
  | EventsTrigger
  | DeployTrigger;

/** A request to a route of the HTTP API. */
export interface RouteTrigger {
  readonly type: "route";
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  readonly path: `/${string}`;
  /**
   * `public`: open to everybody. `signature`: open, and the handler verifies the platform's signature.
   * `iam`: API Gateway rejects requests that are not signed (SigV4) by an authorized caller.
   */
  readonly auth: "public" | "signature" | "iam";
  readonly throttle: Throttle;
  /** Whether the route has no HEAD beside GET, because its GET has an effect. */
  readonly withoutHead?: true;
}

/** The limit of the requests to one route, of all clients together. API Gateway returns 429 for the others. */
interface Throttle {
  readonly requestsPerSecond: number;
  /** The number of requests that may come at once. */
  readonly burst: number;
}

/** A direct invocation (`lambda:InvokeFunction`). The function has no URL and no route. */
interface InvokeTrigger {
  readonly type: "invoke";
  /** Whether callers invoke the alias `live`, so that a deploy switches all of them at once. */
  readonly versioned: boolean;
  /** Whether the AWS accounts in `LOOKUP_ACCOUNTS` may invoke it. */
  readonly sharedWithAccounts: boolean;
}

/** Amazon EventBridge Scheduler. Operators may invoke the function too. */
interface ScheduleTrigger {
  readonly type: "schedule";
  readonly rate: `rate(${string})`;
  /** The rate on a stage whose database pauses while nobody uses it. Default: `rate`. */
  readonly rateOfPausingDatabase?: `rate(${string})`;
  /** How often the scheduler tries again when it cannot invoke the function. */
  readonly retries: number;
}

/** A rule of the stage's event bus. EventBridge invokes the function asynchronously, and Lambda retries it. */
interface EventsTrigger {
  readonly type: "events";
  readonly source: string;
  /** The types of the events, e.g. `github.installation`. */
  readonly detailTypes: readonly string[];
}

/** Each deploy that changes the SQL or the database. */
interface DeployTrigger {
  readonly type: "deploy";
}

/** The resources that a function can access, and the number of instances that may run at the same time. */
export interface Access {
  readonly readsSecrets: readonly SecretName[];
  readonly writesSecrets: readonly SecretName[];
  readonly needsDatabase: boolean;
  /** Its rights there. Default: `writer`, who reads and changes rows. */
  readonly databaseRole?: DatabaseRole;
  /** The public URL, and the ARNs of the secrets of the platforms. Who may read them is in `readsSecrets`. */
  readonly needsPlatformConfig: boolean;
  /** The public URL alone. */
  readonly needsPublicUrl?: true;
  readonly publishesEvents: boolean;
  /** Writes bodies of deliveries, and signs the URLs by which they are read. */
  readonly storesDeliveries: boolean;
  /** Invokes the function in `slack.interactions`. */
  readonly invokesInteractions: boolean;
  /** Applied in production. Each instance that needs the database holds one connection. */
  readonly reservedConcurrency: number;
}

/** `reader` cannot select encrypted columns; only `migrator` changes the schema. */
export type DatabaseRole = "reader" | "writer" | "migrator";

export type TriggerType = Trigger["type"];

/** A function with one type of trigger. */
export type Triggered<Type extends TriggerType> = FunctionDefinition & {
  readonly trigger: Extract<Trigger, { type: Type }>;
};
