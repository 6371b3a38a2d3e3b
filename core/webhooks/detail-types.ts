/** The source of the events that are made of deliveries. */
export const WEBHOOK_SOURCE = "grantkeep.webhooks";

/** The end of the type of an event without a connected installation. */
export const UNCLAIMED = ".unclaimed";

/** The types of the events after which the state of an installation is requested from its platform. */
export const LIFECYCLE_DETAIL_TYPES: readonly string[] = [
  "github.installation",
  "github.installation_repositories",
  "github.installation_target",
  "github.github_app_authorization",
  "slack.app_uninstalled",
  "slack.tokens_revoked",
].flatMap((type) => [type, `${type}${UNCLAIMED}`]);
