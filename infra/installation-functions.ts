import { DATABASE, PLATFORM_CALLS, READ, STORED_TOKENS, secretsFor } from "./access.ts";
import type { FunctionDefinition } from "./function-definition.ts";
import { REQUEST } from "./runtime.ts";
import { OPERATOR } from "./triggers.ts";

/** The functions by which operators read and change installations. */
export const INSTALLATION_FUNCTIONS = [
  {
    ...REQUEST,
    name: "installations-create",
    handler: "functions/installations/create.handler",
    trigger: { ...OPERATOR, method: "POST", path: "/installations" },
    access: { ...PLATFORM_CALLS, readsSecrets: ["token-keyring", ...secretsFor("check")] },
  },
  {
    ...REQUEST,
    name: "installations-list",
    handler: "functions/installations/list.handler",
    trigger: { ...OPERATOR, method: "GET", path: "/installations" },
    access: { ...READ, databaseRole: "reader" },
  },
  {
    ...REQUEST,
    name: "installations-counts",
    handler: "functions/installations/counts.handler",
    trigger: { ...OPERATOR, method: "GET", path: "/installations/counts" },
    access: { ...DATABASE, databaseRole: "reader", reservedConcurrency: 2 },
  },
  {
    ...REQUEST,
    name: "installations-get",
    handler: "functions/installations/get.handler",
    trigger: { ...OPERATOR, method: "GET", path: "/installations/{id}" },
    access: { ...READ, databaseRole: "reader" },
  },
  {
    ...REQUEST,
    name: "installations-update",
    handler: "functions/installations/update.handler",
    trigger: { ...OPERATOR, method: "PATCH", path: "/installations/{id}" },
    access: STORED_TOKENS,
  },
  {
    ...REQUEST,
    name: "installations-delete",
    handler: "functions/installations/delete.handler",
    trigger: { ...OPERATOR, method: "DELETE", path: "/installations/{id}" },
    // With the secret of Jira, whose webhooks are removed by a refreshed token.
    access: { ...PLATFORM_CALLS, readsSecrets: ["token-keyring", ...secretsFor("revoke"), "jira"] },
  },
  {
    ...REQUEST,
    name: "installations-activity",
    handler: "functions/installations/activity.handler",
    trigger: { ...OPERATOR, method: "GET", path: "/installations/{id}/activity" },
    access: { ...DATABASE, reservedConcurrency: 2 },
  },
  {
    // A refresh may take as long as that of a lookup.
    ...REQUEST,
    timeoutSeconds: 29,
    name: "installations-health-check",
    handler: "functions/installations/health-check.handler",
    trigger: { ...OPERATOR, method: "POST", path: "/installations/{id}/health-check" },
    access: { ...PLATFORM_CALLS, reservedConcurrency: 2 },
  },
  {
    ...REQUEST,
    name: "github-inventory",
    handler: "functions/github-inventory.handler",
    trigger: { ...OPERATOR, method: "GET", path: "/github/inventory" },
    access: {
      ...DATABASE,
      databaseRole: "reader",
      readsSecrets: ["github"],
      needsPlatformConfig: true,
    },
  },
] as const satisfies readonly FunctionDefinition[];
