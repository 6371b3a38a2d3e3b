import { LIFECYCLE_DETAIL_TYPES, WEBHOOK_SOURCE } from "../core/webhooks/detail-types.ts";
import {
  CHECK,
  DATABASE,
  FLOW,
  INSTALL,
  INTAKE,
  PLATFORM_CALLS,
  PLATFORM_CALLS_WITH_STATE,
  READ,
  STORE_INSTALL,
  STORED_TOKENS,
  secretsFor,
} from "./access.ts";
import type { FunctionDefinition, Triggered, TriggerType } from "./function-definition.ts";
import { INSTALLATION_FUNCTIONS } from "./installation-functions.ts";
import {
  JOB,
  LOOKUP_TIMEOUT_SECONDS,
  MEMORY_MB,
  RECEIVE,
  RECONCILE_TIMEOUT_SECONDS,
  REQUEST,
  TICK_TIMEOUT_SECONDS,
} from "./runtime.ts";
import {
  CALLBACK,
  DIRECT,
  MONITOR,
  OPERATOR,
  ORGANIZATION_CHOICE,
  PAGE,
  WAITING,
  WEBHOOK,
} from "./triggers.ts";

const TABLE = [
  {
    ...REQUEST,
    name: "install-page",
    handler: "functions/install-page.handler",
    trigger: { ...PAGE, method: "GET", path: "/" },
    // The page of a link shows whether it was used.
    access: { ...FLOW, needsDatabase: true },
  },
  {
    ...REQUEST,
    name: "health",
    handler: "functions/health.handler",
    trigger: { ...MONITOR, method: "GET", path: "/health" },
    access: { ...FLOW, readsSecrets: [], needsPlatformConfig: false, reservedConcurrency: 5 },
  },
  {
    ...REQUEST,
    name: "authorize",
    handler: "functions/authorize.handler",
    trigger: { ...PAGE, method: "GET", path: "/oauth/{platform}/authorize" },
    access: FLOW,
  },
  {
    ...REQUEST,
    name: "callback",
    handler: "functions/callback.handler",
    trigger: { ...CALLBACK, method: "GET", path: "/oauth/{platform}/callback" },
    access: INSTALL,
  },
  {
    ...REQUEST,
    name: "github-setup",
    handler: "functions/github-setup.handler",
    trigger: { ...PAGE, method: "GET", path: "/oauth/github/setup" },
    access: FLOW,
  },
  {
    ...REQUEST,
    name: "github-waiting",
    handler: "functions/github-waiting.handler",
    trigger: { ...WAITING, method: "GET", path: "/oauth/github/waiting" },
    // It stores an installation whose token the first lookup mints: it calls no platform.
    access: { ...STORE_INSTALL, reservedConcurrency: 10 },
  },
  {
    ...REQUEST,
    name: "organization-choice",
    handler: "functions/organization-choice.handler",
    trigger: { ...ORGANIZATION_CHOICE, method: "POST", path: "/oauth/{platform}/organization" },
    // The grant is stored, encrypted, since the callback.
    access: { ...STORE_INSTALL, reservedConcurrency: 5 },
  },
  {
    ...RECEIVE,
    name: "webhooks-github",
    handler: "functions/webhooks/github.handler",
    trigger: { ...WEBHOOK, method: "POST", path: "/webhooks/github" },
    access: { ...INTAKE, readsSecrets: ["state-keyring", "github"] },
  },
  {
    ...RECEIVE,
    name: "webhooks-slack",
    handler: "functions/webhooks/slack.handler",
    trigger: { ...WEBHOOK, method: "POST", path: "/webhooks/slack" },
    access: { ...INTAKE, readsSecrets: ["state-keyring", "slack"] },
  },
  {
    ...RECEIVE,
    name: "webhooks-slack-interactions",
    handler: "functions/webhooks/slack-interactions.handler",
    trigger: { ...WEBHOOK, method: "POST", path: "/webhooks/slack/interactions" },
    access: {
      ...INTAKE,
      readsSecrets: ["state-keyring", "slack"],
      invokesInteractions: true,
      // People make these.
      reservedConcurrency: 20,
    },
  },
  {
    ...RECEIVE,
    name: "webhooks-jira",
    handler: "functions/webhooks/jira.handler",
    trigger: { ...WEBHOOK, method: "POST", path: "/webhooks/jira" },
    access: { ...INTAKE, readsSecrets: ["state-keyring", "jira"], reservedConcurrency: 20 },
  },
  {
    timeoutSeconds: RECONCILE_TIMEOUT_SECONDS,
    memoryMb: MEMORY_MB,
    name: "reconcile",
    handler: "functions/reconcile.handler",
    trigger: { type: "events", source: WEBHOOK_SOURCE, detailTypes: LIFECYCLE_DETAIL_TYPES },
    access: PLATFORM_CALLS_WITH_STATE,
  },
  {
    ...REQUEST,
    name: "install-links-create",
    handler: "functions/install-links/create.handler",
    trigger: { ...OPERATOR, method: "POST", path: "/install-links" },
    access: { ...FLOW, needsDatabase: true, reservedConcurrency: 5 },
  },
  {
    ...REQUEST,
    name: "install-links-list",
    handler: "functions/install-links/list.handler",
    trigger: { ...OPERATOR, method: "GET", path: "/install-links" },
    // The URL of a link is encrypted for the public URL.
    access: { ...READ, needsPublicUrl: true, reservedConcurrency: 5 },
  },
  {
    ...REQUEST,
    name: "install-links-get",
    handler: "functions/install-links/get.handler",
    trigger: { ...OPERATOR, method: "GET", path: "/install-links/{id}" },
    access: { ...READ, reservedConcurrency: 5 },
  },
  {
    ...REQUEST,
    name: "install-links-end",
    handler: "functions/install-links/end.handler",
    trigger: { ...OPERATOR, method: "DELETE", path: "/install-links/{id}" },
    access: { ...READ, reservedConcurrency: 5 },
  },
  ...INSTALLATION_FUNCTIONS,
  {
    timeoutSeconds: LOOKUP_TIMEOUT_SECONDS,
    memoryMb: MEMORY_MB,
    name: "token-lookup",
    handler: "functions/token-lookup.handler",
    trigger: { type: "invoke", versioned: true, sharedWithAccounts: true },
    access: { ...PLATFORM_CALLS, reservedConcurrency: 100 },
  },
  {
    ...REQUEST,
    name: "webhook-secret",
    handler: "functions/webhook-secret.handler",
    trigger: { type: "invoke", versioned: true, sharedWithAccounts: false },
    access: STORED_TOKENS,
  },
  {
    ...JOB,
    name: "health-check",
    handler: "functions/health-check.handler",
    trigger: DIRECT,
    access: { ...PLATFORM_CALLS, reservedConcurrency: 1 },
  },
  {
    ...JOB,
    name: "check",
    handler: "functions/check.handler",
    trigger: DIRECT,
    access: CHECK,
  },
  {
    ...JOB,
    name: "rotate-keys",
    handler: "functions/rotate-keys.handler",
    trigger: DIRECT,
    access: {
      ...DATABASE,
      readsSecrets: ["state-keyring", "token-keyring"],
      writesSecrets: ["state-keyring", "token-keyring"],
    },
  },
  {
    ...JOB,
    name: "sweep",
    handler: "functions/sweep.handler",
    trigger: { type: "schedule", rate: "rate(1 hour)", retries: 2 },
    access: { ...PLATFORM_CALLS, reservedConcurrency: 1 },
  },
  {
    timeoutSeconds: TICK_TIMEOUT_SECONDS,
    memoryMb: MEMORY_MB,
    name: "tick",
    handler: "functions/tick.handler",
    trigger: {
      type: "schedule",
      rate: "rate(2 minutes)",
      rateOfPausingDatabase: "rate(1 hour)",
      retries: 0,
    },
    access: { ...PLATFORM_CALLS_WITH_STATE, storesDeliveries: true, reservedConcurrency: 1 },
  },
  {
    ...JOB,
    name: "import",
    handler: "functions/import.handler",
    trigger: DIRECT,
    // The operator knows what is imported: one event per installation would be noise.
    access: {
      ...STORED_TOKENS,
      readsSecrets: ["token-keyring", ...secretsFor("check")],
      reservedConcurrency: 1,
    },
  },
  {
    ...JOB,
    name: "export",
    handler: "functions/export.handler",
    trigger: DIRECT,
    access: { ...DATABASE, readsSecrets: ["token-keyring"] },
  },
  {
    ...JOB,
    name: "migrate",
    handler: "functions/migrate.handler",
    trigger: { type: "deploy" },
    access: { ...DATABASE, databaseRole: "migrator" },
  },
] as const satisfies readonly FunctionDefinition[];

/** The name of a deployed function within its stage. */
export type FunctionName = (typeof TABLE)[number]["name"];

type Entry = FunctionDefinition & { readonly name: FunctionName };

/** All deployed functions. A handler that is not in this table is not deployed. */
export const functionTable: readonly Entry[] = TABLE;

/** Returns the functions with one type of trigger, in the order of the table. */
export function functionsTriggeredBy<Type extends TriggerType>(
  type: Type,
): (Entry & Triggered<Type>)[] {
  return functionTable.filter(
    (entry): entry is Entry & Triggered<Type> => entry.trigger.type === type,
  );
}
