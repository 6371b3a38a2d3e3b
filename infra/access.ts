import { PLATFORM_NAMES } from "../core/platforms.ts";
import type { Access } from "./function-definition.ts";

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
