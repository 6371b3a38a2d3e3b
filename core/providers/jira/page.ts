import type { PlatformPage } from "../platform-page.ts";
import { WEBHOOK_SCOPES } from "./settings.ts";

/** It changes no setting of the site: the app manages its own webhooks. */
const isWebhookScope = (scope: string) => WEBHOOK_SCOPES.some((known) => known === scope);

export const jiraPage: PlatformPage = {
  choice: "chooseSite",
  mark: "m4 7 1.5 1.5L8 6m3.5 1.5H20m-16 5L5.5 14 8 11.5m3.5 1.5H20m-16 5 1.5 1.5L8 17m3.5 1.5H20",

  describeAccess({ jira: { scopes } }) {
    const manages = scopes.some((scope) => scope.startsWith("manage:") && !isWebhookScope(scope));
    return {
      scopes,
      permissions: [],
      actsAsInstaller: true,
      limits: manages
        ? ["exceedYou", "seePassword"]
        : ["managePlatform", "exceedYou", "seePassword"],
    };
  },

  /** @see [Manage connected apps](https://support.atlassian.com/atlassian-account/docs/manage-your-account-settings/) */
  manageUrl: () => "https://id.atlassian.com/manage-profile/apps",

  createUrl: "https://www.atlassian.com/software/jira",
};
