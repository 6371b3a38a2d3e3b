import type { SecretName } from "./secret-names.ts";

/** What a function may reach, and how many of it may run at a time. */
export interface Access {
  /** The secrets that it may read. */
  readonly secrets: readonly SecretName[];
  /** The secrets that it may give a new value. */
  readonly replaces?: readonly SecretName[];
  readonly usesDatabase: boolean;
  /** Whether it knows the address and the platforms' registrations: names, never their secrets. */
  readonly knowsPlatforms: boolean;
  /** Whether it tells the bus what happens to installations. */
  readonly publishes: boolean;
  /** Reserved in production: each one that uses the database holds one connection. */
  readonly concurrency: number;
}

const FLOW: Access = {
  secrets: ["state-keyring"],
  usesDatabase: false,
  knowsPlatforms: true,
  publishes: false,
  concurrency: 20,
};
const INSTALL: Access = {
  secrets: ["state-keyring", "token-keyring", "github", "slack", "jira"],
  usesDatabase: true,
  knowsPlatforms: true,
  publishes: true,
  concurrency: 20,
};
const READ: Access = {
  secrets: ["state-keyring"],
  usesDatabase: true,
  knowsPlatforms: false,
  publishes: false,
  concurrency: 10,
};
const STORED_TOKENS: Access = {
  secrets: ["token-keyring"],
  usesDatabase: true,
  knowsPlatforms: true,
  publishes: false,
  concurrency: 5,
};
const PLATFORM_CALLS: Access = {
  ...STORED_TOKENS,
  secrets: ["token-keyring", "github", "slack", "jira"],
  publishes: true,
};

/** By handler. A function that is not here is not deployed. */
export const accessByHandler: Readonly<Record<string, Access>> = {
  "functions/install-page.handler": FLOW,
  "functions/authorize.handler": FLOW,
  "functions/github-setup.handler": FLOW,
  "functions/install-links.handler": FLOW,
  "functions/callback.handler": INSTALL,
  // What was granted waits here, sealed: no platform is asked.
  "functions/jira-site.handler": {
    ...INSTALL,
    secrets: ["state-keyring", "token-keyring"],
    concurrency: 5,
  },
  "functions/webhooks/github.handler": {
    ...STORED_TOKENS,
    secrets: ["token-keyring", "github"],
    publishes: true,
    concurrency: 10,
  },
  "functions/webhooks/slack.handler": {
    ...STORED_TOKENS,
    secrets: ["token-keyring", "slack"],
    publishes: true,
    concurrency: 10,
  },
  "functions/installations/list.handler": READ,
  "functions/installations/get.handler": READ,
  "functions/installations/create.handler": {
    ...STORED_TOKENS,
    secrets: ["token-keyring", "github"],
    publishes: true,
  },
  "functions/installations/update.handler": STORED_TOKENS,
  // Jira has nothing to revoke with.
  "functions/installations/delete.handler": {
    ...PLATFORM_CALLS,
    secrets: ["token-keyring", "github", "slack"],
  },
  "functions/token-lookup.handler": { ...PLATFORM_CALLS, concurrency: 100 },
  "functions/webhook-secret.handler": STORED_TOKENS,
  "functions/health-check.handler": { ...PLATFORM_CALLS, concurrency: 1 },
  "functions/rotate-keys.handler": {
    secrets: ["state-keyring", "token-keyring"],
    replaces: ["state-keyring", "token-keyring"],
    usesDatabase: true,
    knowsPlatforms: false,
    publishes: false,
    concurrency: 1,
  },
  "functions/sweep.handler": { ...PLATFORM_CALLS, concurrency: 1 },
  // Whoever moves in knows: a hundred thousand events would tell nobody anything.
  "functions/import.handler": {
    ...STORED_TOKENS,
    secrets: ["token-keyring", "github"],
    concurrency: 1,
  },
  "functions/export.handler": {
    secrets: ["token-keyring"],
    usesDatabase: true,
    knowsPlatforms: false,
    publishes: false,
    concurrency: 1,
  },
  "functions/migrate.handler": {
    secrets: [],
    usesDatabase: true,
    knowsPlatforms: false,
    publishes: false,
    concurrency: 1,
  },
};
