import * as v from "valibot";
import type { Configuration } from "../../configuration/configuration.ts";
import { isServiceError } from "../../errors.ts";
import type { Platform } from "../../installation.ts";
import { parseJson } from "../../json.ts";
import { PLATFORMS } from "../../platforms.ts";
import type { RegistrationCheck } from "../../providers/registration-check.ts";
import { KeyRingDocument } from "../../sealing/keyring.ts";
import { broken, doubtful, inOrder, type StageCheck } from "../../stage-check.ts";

/** Reads the current text of a secret by its name: `github`, `token-keyring`. */
export type ReadNamedSecret = (name: string) => Promise<string>;

/** A secret that can be used, or only what is wrong with it. */
export interface CheckedSecret {
  readonly check: StageCheck;
  /** `undefined` unless it can be used. */
  readonly text: string | undefined;
}

/** Checks the secret of a platform that is configured. */
export async function checkPlatformSecret(
  read: ReadNamedSecret,
  platform: Platform,
  { findSecretMistakes }: RegistrationCheck,
  platforms: Configuration["platforms"],
): Promise<CheckedSecret> {
  const name = `${platform}-secret`;
  const { displayName } = PLATFORMS[platform];
  const isConfigured = platforms[platform].clientId !== undefined;
  const text = await readSecret(read, platform);
  if (!isConfigured) {
    const off = `${displayName} is not configured: platforms.${platform}.clientId is not set.`;
    if (text === undefined) return { check: inOrder(name, off), text };
    const action = "Set the client id and deploy, or delete the value of the secret.";
    return { check: doubtful(name, `${off} Its secret has a value.`, action), text: undefined };
  }
  if (text === undefined) return { check: missing(name, platform), text };

  const mistakes = findSecretMistakes(text, platforms);
  if (mistakes.length > 0) return malformed(name, platform, mistakes.join(", "));
  const summary = `The secret ${platform} has all fields.`;
  return { check: inOrder(name, summary), text };
}

/** Checks the secret of a key ring. It quotes ids of keys only if the ring can be used. */
export async function checkRingSecret(
  read: ReadNamedSecret,
  secretName: string,
): Promise<{ readonly check: StageCheck; readonly ring: KeyRingDocument | undefined }> {
  const text = await readSecret(read, secretName);
  if (text === undefined) return { check: missing(secretName, secretName), ring: undefined };

  const value = parseJson(text);
  const parsed = v.safeParse(KeyRingDocument, value);
  if (!parsed.success) {
    const { check } = malformed(secretName, secretName, findRingMistake(value));
    return { check, ring: undefined };
  }
  const { primary, keys } = parsed.output;
  const count = Object.keys(keys).length;
  const summary = `The key ring has ${count} ${count === 1 ? "key" : "keys"}, and ${primary} encrypts.`;
  return { check: inOrder(secretName, summary), ring: parsed.output };
}

/** Returns the text; `undefined` if the secret has no value, or this function may not read it. */
async function readSecret(read: ReadNamedSecret, name: string): Promise<string | undefined> {
  return read(name).catch((error: unknown) => {
    if (isServiceError(error, "server_error")) return undefined;
    throw error;
  });
}

function missing(name: string, secretName: string): StageCheck {
  return broken(
    name,
    `The secret ${secretName} has no value, or the function check may not read it.`,
    secretName.endsWith("-keyring")
      ? "Put a key ring: npx grantkeep keyring prints one. If tokens are stored already, put your copy of the ring that encrypted them."
      : `Register the app: npx grantkeep setup ${secretName}, which stores the secret.`,
  );
}

function malformed(name: string, secretName: string, mistake: string) {
  const summary = `The secret ${secretName} is malformed: ${mistake}.`;
  const action = "Put a correct value. Its previous one is in the version AWSPREVIOUS.";
  return { check: broken(name, summary, action), text: undefined };
}

function findRingMistake(value: unknown): string {
  const Ring = v.object({ primary: v.string(), keys: v.record(v.string(), v.unknown()) });
  const ring = v.safeParse(Ring, value);
  if (value === undefined) return "it is not JSON";
  if (!ring.success) return "it has no primary or no keys";
  const { primary, keys } = ring.output;
  // The name of the active key is not quoted either: in a malformed ring, it may be a key.
  return Object.hasOwn(keys, primary)
    ? "a key is not the Base64 of 32 bytes, or an id has other characters than a-z, 0-9 and hyphens"
    : "its active key, which primary names, is not among its keys";
}
