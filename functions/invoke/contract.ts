import type * as v from "valibot";
import type { FunctionContract } from "./contract/function-contract.ts";
import { tokenLookup, webhookSecret } from "./contract/lookups.ts";
import { check, healthCheck, migrate, rotateKeys, sweep, tick } from "./contract/operations.ts";
import { exportInstallations, importInstallations } from "./contract/transfer.ts";

/**
 * The functions that are invoked directly, by name.
 *
 * A handler imports its own request schema and only the type of its response: esbuild cannot drop an unused
 * schema from a module that it includes.
 */
export const INVOKE_CONTRACT = {
  "token-lookup": tokenLookup,
  "webhook-secret": webhookSecret,
  "health-check": healthCheck,
  check,
  "rotate-keys": rotateKeys,
  import: importInstallations,
  export: exportInstallations,
  sweep,
  tick,
  migrate,
} as const satisfies Record<string, FunctionContract>;

/** The name of a function that is invoked directly, without the prefix of its stage. */
export type InvokedFunction = keyof typeof INVOKE_CONTRACT;

/** The request that a function accepts, before its defaults are applied. */
export type RequestOf<Name extends InvokedFunction> = v.InferInput<
  (typeof INVOKE_CONTRACT)[Name]["request"]
>;
