import * as v from "valibot";
import { Access, PermissionName } from "../grants/permissions.ts";
import { RepositoryName } from "../grants/repositories.ts";
import { OrganizationId, Platform } from "../installation.ts";

const MAX_CALLERS = 50;
const MAX_ENTRIES = 500;

/** The alias that has no limits. */
export const UNLIMITED = "live";

/** Names of callers that a record would lose. */
const LOST = ["constructor", "prototype", "__proto__"];

/** The name of a caller, which is an alias of a function and a part of the name of a policy. */
const CallerName = v.pipe(
  v.string(),
  v.regex(/^[a-z][a-z0-9-]{0,31}$/, "must be a name of a-z, 0-9 and -, at most 32."),
  v.check((name) => name !== UNLIMITED, "is the alias without limits: choose another name."),
);

function listOf<const Schema extends v.GenericSchema<string>>(entry: Schema, noun: string) {
  return v.pipe(
    v.array(entry),
    v.nonEmpty(`must have at least one ${noun}.`),
    v.maxLength(MAX_ENTRIES, `must have at most ${MAX_ENTRIES} entries.`),
  );
}

/** The limits of a caller of `token-lookup`. One that is absent does not limit. */
export const CallerLimits = v.strictObject({
  platforms: listOf(Platform, "platform"),
  /** The platforms' ids of the organizations. */
  organizations: v.optional(
    listOf(v.message(OrganizationId, "must be the platform's id of an organization."), "id"),
  ),
  /** The values that the metadata of an installation must have. */
  metadata: v.optional(
    v.pipe(
      v.record(
        v.string(),
        v.union([v.string(), v.number(), v.boolean()], "must be a text, a number, true or false."),
      ),
      v.minEntries(1, "must have at least one key."),
    ),
  ),
  /** The greatest permissions of a token of a GitHub App. */
  permissions: v.optional(
    v.pipe(
      v.record(v.message(PermissionName, "must be the name of a permission."), Access),
      v.minEntries(1, "must have at least one permission."),
    ),
  ),
  /** The names of the only repositories that a token of a GitHub App reaches. */
  repositories: v.optional(
    listOf(
      v.message(RepositoryName, "must be the name of a repository, without its owner."),
      "name",
    ),
  ),
});
export type CallerLimits = v.InferOutput<typeof CallerLimits>;

/** The callers of `token-lookup` with limits, by their aliases. */
export const Callers = v.pipe(
  v.custom<object>(
    (input) =>
      typeof input !== "object" ||
      input === null ||
      !LOST.some((name) => Object.hasOwn(input, name)),
    `cannot have a caller with one of the names ${LOST.join(", ")}.`,
  ),
  v.record(CallerName, CallerLimits),
  v.maxEntries(MAX_CALLERS, `must have at most ${MAX_CALLERS} callers.`),
);
