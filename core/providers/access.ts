import type { Permission } from "../grants/permissions.ts";

/** Something that the bot cannot do, as pages say it. */
export type Limit =
  | "actAsYou"
  | "exceedYou"
  | "manageMembers"
  | "managePlatform"
  | "manageRepositories"
  | "otherRepositories"
  | "privateRepositories"
  | "readMessages"
  | "seePassword";

/** The access that an install gives the bot, for the page before the consent. */
export interface Access {
  readonly scopes: readonly string[];
  /** The permissions of a GitHub App, which has no scopes. */
  readonly permissions: readonly Permission[];
  /** Whether the bot acts as the person who installs it, with that person's rights. */
  readonly actsAsInstaller: boolean;
  readonly limits: readonly Limit[];
}
