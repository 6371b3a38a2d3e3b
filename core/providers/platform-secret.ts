import * as v from "valibot";
import { isServiceError } from "../errors.ts";
import type { Platform } from "../installation.ts";
import { parseJson } from "../json.ts";
import { OpaqueText } from "../text.ts";
import { platformNotConfigured } from "./registry.ts";
import type { SecretValues } from "./rotating-secret.ts";

/** The fields of a platform's secret, each with its values. */
export type SecretFields = Readonly<Record<string, readonly string[] | undefined>>;

/** Reads the text of a secret; with `reload`, not from memory. */
export type ReadSecret = (options: { reload: boolean }) => Promise<string>;

/** A field of a platform's secret: one value, or a list of one or two while the value is rotated. */
export const SecretField = oneOrTwo(OpaqueText);

/** A field whose values have line breaks, such as a private key in PEM. */
export const MultilineSecretField = oneOrTwo(v.string());

/**
 * Reads one field of a platform's secret. If it is missing or malformed, requests that need it fail; other
 * platforms are not affected.
 *
 * @throws {ServiceError} `platform_not_configured`, `retry_later`
 */
export async function readSecretField(
  platform: Platform,
  Secret: v.GenericSchema<unknown, SecretFields>,
  field: string,
  readText: () => Promise<string>,
): Promise<SecretValues> {
  const text = await readText().catch((error: unknown) => {
    throw isServiceError(error, "server_error") ? platformNotConfigured(platform) : error;
  });
  const secret = v.safeParse(Secret, parseJson(text));
  const [first, ...others] = (secret.success && secret.output[field]) || [];
  if (first === undefined) throw platformNotConfigured(platform);
  return [first, ...others];
}

function oneOrTwo(schema: v.GenericSchema<string>) {
  return v.pipe(
    v.union([schema, v.array(schema)]),
    v.transform((values): readonly string[] => [values].flat()),
    v.maxLength(2),
  );
}
