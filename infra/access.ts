import { PLATFORM_NAMES, PLATFORMS } from "../core/platforms.ts";
import type { Access } from "./function-definition.ts";
import type { SecretName } from "./secret-names.ts";

/** Of the start of a flow, which needs no database. */
export const FLOW: Access = {
  readsSecrets: ["state-keyring"],
  writesSecrets: [],
  needsDatabase: false,
  needsPlatformConfig: true,
  publishesEvents: false,
  storesDeliveries: false,
  invokesInteractions: false,
  reservedConcurrency: 20,
};

/** Of a function that stores installs. */
export const INSTALL: Access = {
  ...FLOW,
  readsSecrets: ["state-keyring", "token-keyring", ...PLATFORM_NAMES],
  needsDatabase: true,
  publishesEvents: true,
};

/** Of one that stores what an earlier step got from a platform, and needs no client secret. */
export const STORE_INSTALL: Access = {
  ...INSTALL,
  readsSecrets: ["state-keyring", "token-keyring"],
};

/** Of a function that reads installations and no token. */
export const READ: Access = {
  ...FLOW,
  needsDatabase: true,
  needsPlatformConfig: false,
  reservedConcurrency: 10,
};

/** Of a function that reads or writes stored tokens, and calls no platform. */
export const STORED_TOKENS: Access = {
  ...FLOW,
  readsSecrets: ["token-keyring"],
  needsDatabase: true,
  reservedConcurrency: 5,
};

/** Of a function that also calls platforms. */
export const PLATFORM_CALLS: Access = {
  ...STORED_TOKENS,
  readsSecrets: ["token-keyring", ...PLATFORM_NAMES],
  publishesEvents: true,
};

/** Of a function that receives webhooks: it hands them over, and has no access to tokens. */
export const INTAKE: Access = {
  ...FLOW,
  needsDatabase: true,
  publishesEvents: true,
  storesDeliveries: true,
  reservedConcurrency: 50,
};

/** Of a function that needs the database alone. */
export const DATABASE: Access = {
  ...READ,
  readsSecrets: [],
  reservedConcurrency: 1,
};

/** Of one that also reads requests of members, or deliveries in the outbox: the state key ring encrypts them. */
export const PLATFORM_CALLS_WITH_STATE: Access = {
  ...PLATFORM_CALLS,
  readsSecrets: ["state-keyring", "token-keyring", ...PLATFORM_NAMES],
};

/** Of the check of a stage: it reads what other functions read, and changes nothing. */
export const CHECK: Access = {
  ...PLATFORM_CALLS_WITH_STATE,
  publishesEvents: false,
  reservedConcurrency: 1,
};

/** Returns the platforms whose secret is read when a provider calls them in this way. */
export function secretsFor(call: "check" | "revoke"): SecretName[] {
  return PLATFORM_NAMES.filter((name) => {
    const calls: readonly string[] = PLATFORMS[name].secretCalls;
    return calls.includes(call);
  });
}
