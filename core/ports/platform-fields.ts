/**
 * The fields that the libraries of a platform need besides a token, as the platform reports them. An absent field is
 * not known, or does not exist on the platform.
 */
export interface PlatformFields {
  /** GitHub's type of the account, e.g. `Organization`. */
  readonly accountType?: string | undefined;
  /** The user that the Slack bot acts as. */
  readonly botUserId?: string | undefined;
  /** The id by which the messages of the Slack bot are recognized. */
  readonly botId?: string | undefined;
  /** The id of the Slack app. */
  readonly appId?: string | undefined;
  /** The Slack enterprise that the workspace belongs to. */
  readonly enterpriseId?: string | undefined;
  /** Whether the bot is installed on all workspaces of a Slack enterprise. */
  readonly isEnterpriseInstall?: boolean | undefined;
  /** The origin of a Jira site, e.g. `https://acme.atlassian.net`. */
  readonly siteUrl?: string | undefined;
}
