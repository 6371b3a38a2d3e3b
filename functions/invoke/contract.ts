import type * as v from "valibot";
import { ExportRequest } from "./requests/export.ts";
import { HealthCheckRequest } from "./requests/health-check.ts";
import { ImportRequest } from "./requests/import.ts";
import { MigrateRequest } from "./requests/migrate.ts";
import { RotateKeysRequest } from "./requests/rotate-keys.ts";
import { SweepRequest } from "./requests/sweep.ts";
import { TokenLookupRequest } from "./requests/token-lookup.ts";
import { WebhookSecretRequest } from "./requests/webhook-secret.ts";
import {
  ExportResponse,
  HealthCheckResponse,
  ImportResponse,
  MigrateResponse,
  RotateKeysResponse,
  SweepResponse,
  TokenLookupResponse,
  WebhookSecretResponse,
} from "./responses.ts";

interface Schemas {
  readonly request: v.GenericSchema;
  readonly response: v.GenericSchema;
}

/**
 * The functions that are invoked directly, by name, with the schemas that their requests and responses match.
 *
 * A handler imports its own request schema and only the type of its response: esbuild cannot drop an unused
 * schema from a module that it includes.
 */
export const INVOKE_CONTRACT = {
  "token-lookup": { request: TokenLookupRequest, response: TokenLookupResponse },
  "webhook-secret": { request: WebhookSecretRequest, response: WebhookSecretResponse },
  "health-check": { request: HealthCheckRequest, response: HealthCheckResponse },
  "rotate-keys": { request: RotateKeysRequest, response: RotateKeysResponse },
  import: { request: ImportRequest, response: ImportResponse },
  export: { request: ExportRequest, response: ExportResponse },
  sweep: { request: SweepRequest, response: SweepResponse },
  migrate: { request: MigrateRequest, response: MigrateResponse },
} as const satisfies Record<string, Schemas>;

/** The name of a function that is invoked directly, without the prefix of its stage. */
export type InvokedFunction = keyof typeof INVOKE_CONTRACT;

/** The request that a function accepts, before its defaults are applied. */
export type RequestOf<Name extends InvokedFunction> = v.InferInput<
  (typeof INVOKE_CONTRACT)[Name]["request"]
>;

/** The response that a function returns. */
export type ResponseOf<Name extends InvokedFunction> = v.InferOutput<
  (typeof INVOKE_CONTRACT)[Name]["response"]
>;
