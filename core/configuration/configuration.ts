import * as v from "valibot";
import { isAllowableRedirectUri } from "../install/redirect-uri.ts";
import type { Platform } from "../installation.ts";
import { GithubSettings } from "../providers/github/settings.ts";
import { JiraSettings } from "../providers/jira/settings.ts";
import { SlackSettings } from "../providers/slack/settings.ts";
import { DEFAULT_CUSTOMER_KEY } from "../search-keys.ts";
import { Brand } from "./brand.ts";
import { Callers } from "./callers.ts";
import { DatabaseChoice } from "./database.ts";
import { LANGUAGE_CODES } from "./languages.ts";

const RedirectUri = v.pipe(
  v.string(),
  v.check(
    isAllowableRedirectUri,
    "must be an https URL, or an http URL on loopback, of at most 512 bytes, without user and fragment.",
  ),
);

/** One schema for each platform. */
type PlatformEntries = Readonly<
  Record<Platform, v.GenericSchema<unknown, { readonly clientId: string | undefined }>>
>;

/** The configuration file. None of it is a secret. */
export const Configuration = v.strictObject({
  brand: Brand,
  /** The addresses that a browser may be sent to after an install, byte for byte. */
  redirectUris: v.optional(v.array(RedirectUri), []),
  platforms: v.optional(
    v.strictObject({
      github: v.optional(GithubSettings, {}),
      slack: v.optional(SlackSettings, {}),
      jira: v.optional(JiraSettings, {}),
    } satisfies PlatformEntries),
    {},
  ),
  /** A deploy needs it: there is no default, because each choice has its own costs. */
  database: v.optional(DatabaseChoice),
  /** The callers of `token-lookup` that may not have every token, by their aliases. */
  callers: v.optional(Callers, {}),
  /** The metadata keys of install links that say whom a link is for; by default, all but `display_name`. */
  bindingKeys: v.optional(
    v.pipe(
      v.array(
        v.pipe(
          v.string(),
          v.regex(/^[a-z0-9_]{1,40}$/, "must be a key of metadata: a-z, 0-9 and _, at most 40."),
        ),
      ),
      v.nonEmpty("must have at least one key."),
    ),
  ),
  /** The metadata key that names the customer of an installation, by which lists find it. */
  customerKey: v.optional(
    v.pipe(
      v.string(),
      v.regex(/^[a-z0-9_]{1,40}$/, "must be a key of metadata: a-z, 0-9 and _, at most 40."),
    ),
    DEFAULT_CUSTOMER_KEY,
  ),
  /** Whether events of organizations without a connected installation have their bodies. */
  unclaimedBodies: v.optional(v.boolean("must be true or false."), false),
  /** The languages of the pages. A browser that requests another one gets the first. */
  languages: v.optional(
    v.pipe(v.array(v.picklist(LANGUAGE_CODES)), v.nonEmpty("must have at least one language.")),
    LANGUAGE_CODES,
  ),
  /** For how many days the tokens of ended grants are kept, encrypted. */
  retentionDays: v.optional(
    v.pipe(
      v.number(),
      v.integer("must be a whole number."),
      v.minValue(0, "must be a number from 0 to 365."),
      v.maxValue(365, "must be a number from 0 to 365."),
    ),
    7,
  ),
});
export type Configuration = v.InferOutput<typeof Configuration>;

/** The content of `grantkeep.config.ts`. */
export type ConfigurationInput = v.InferInput<typeof Configuration>;

/** Returns the configuration. Gives `grantkeep.config.ts` the type of each setting. */
export function defineConfig(configuration: ConfigurationInput): ConfigurationInput {
  return configuration;
}
