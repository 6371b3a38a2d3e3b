import * as v from "valibot";
import { ACCESS_LEVELS, Access, PermissionName } from "../../../core/grants/permissions.ts";
import { RepositoryName } from "../../../core/grants/repositories.ts";
import { Scopes } from "../../../core/grants/scopes.ts";
import { PlainText } from "../../../core/text.ts";
import { KeyFields } from "../installation-key.ts";

/** A GitHub installation token lives one hour; a longer minimum could not always be met. */
export const MAX_MIN_TTL_SECONDS = 3_000;

/** A sentence. It is in each log line of the lookup. */
export const MAX_REASON_CHARACTERS = 200;

/** @see [Create an installation access token](https://docs.github.com/en/rest/apps/apps#create-an-installation-access-token-for-an-app) */
const Repositories = v.pipe(v.array(RepositoryName), v.minLength(1), v.maxLength(500));

const Permissions = v.pipe(
  // `v.record` drops these keys, and a token must not be narrowed to other permissions than requested.
  v.custom<object>((input) => !hasKey(input, ["constructor", "prototype", "__proto__"])),
  // For the documents.
  v.metadata({ type: "object", additionalProperties: { type: "string", enum: ACCESS_LEVELS } }),
  v.record(PermissionName, Access),
  v.minEntries(1),
);

export const TokenLookupRequest = v.strictObject({
  ...KeyFields,
  min_ttl_seconds: v.optional(
    v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(MAX_MIN_TTL_SECONDS)),
    0,
  ),
  repositories: v.optional(Repositories),
  permissions: v.optional(Permissions),
  rejected_token_sha256: v.optional(v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/))),
  reason: v.optional(v.pipe(PlainText, v.minLength(1), v.maxLength(MAX_REASON_CHARACTERS))),
  require: v.optional(
    v.pipe(
      v.strictObject({
        scopes: v.optional(v.pipe(Scopes, v.minLength(1))),
        permissions: v.optional(Permissions),
      }),
      v.minEntries(1),
    ),
  ),
});
export type TokenLookupRequest = v.InferOutput<typeof TokenLookupRequest>;

function hasKey(input: unknown, keys: readonly string[]): boolean {
  return (
    typeof input === "object" && input !== null && keys.some((key) => Object.hasOwn(input, key))
  );
}
