import * as v from "valibot";
import type { Configuration } from "../configuration/configuration.ts";
import { parseJson } from "../json.ts";
import type { StageCheck } from "../stage-check.ts";
import type { ReadSecret } from "./platform-secret.ts";

/** The input of the checks of our app's registration at a platform. */
export interface RegistrationCheckInput {
  /** The settings of all platforms. */
  readonly platforms: Configuration["platforms"];
  readonly readSecret: ReadSecret;
  /** The public URL of Grantkeep. */
  readonly publicUrl: string;
  readonly signal: AbortSignal;
}

/** The checks of the registration of our app at a platform, as far as its API allows them. */
export interface RegistrationCheck {
  /** Returns the mistakes in the text of the secret, one part of a sentence each, which quotes no value. */
  findSecretMistakes(text: string, platforms: Configuration["platforms"]): readonly string[];
  /** Matches the page for the authorization if the callback URL is not registered. */
  readonly unregistered: RegExp;
  /** Matches the page if the app may not request the scopes. Absent where the page does not show that. */
  readonly refusedScopes?: RegExp;
  /** Returns whether the platform sends webhooks to this app. */
  sendsWebhooks(platforms: Configuration["platforms"]): boolean;
  /**
   * Compares the registration with the configuration. Absent where the platform returns nothing about it.
   *
   * @throws {ServiceError} the errors of a call to the platform
   */
  readonly checkRegistration?:
    | ((input: RegistrationCheckInput) => Promise<readonly StageCheck[]>)
    | undefined;
}

/** Returns the fields of a secret that are malformed. Other names than those of the schema are not quoted. */
export function findMalformedFields(
  text: string,
  schema: v.ObjectSchema<v.ObjectEntries, undefined>,
): readonly string[] {
  const value = parseJson(text);
  if (value === undefined) return ["it is not JSON"];
  const secret = v.safeParse(schema, value);
  if (secret.success) return [];
  const known = Object.keys(schema.entries);
  const fields = secret.issues.map((issue) => String(issue.path?.[0]?.key));
  const named = known.filter((field) => fields.includes(field));
  if (named.length === 0) return ["it is no JSON object"];
  return named.map((field) => `${field} is missing or malformed`);
}

/** Returns a mistake for each field that is missing. */
export function findMissingFields(text: string, fields: readonly string[]): readonly string[] {
  const secret = v.safeParse(v.record(v.string(), v.unknown()), parseJson(text));
  const present = secret.success ? secret.output : {};
  return fields
    .filter((field) => !Object.hasOwn(present, field))
    .map((field) => `${field} is missing`);
}
