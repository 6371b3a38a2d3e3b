import type { JiraAccount } from "./accounts.ts";
import type { JiraSite } from "./sites.ts";

/** Returns an account as the REST API of Jira shows it. */
export function toUser({ url }: JiraSite, { accountId, name, email }: JiraAccount) {
  return {
    self: `${url}/rest/api/3/user?accountId=${encodeURIComponent(accountId)}`,
    accountId,
    accountType: "atlassian",
    ...(email !== null && { emailAddress: email }),
    avatarUrls: {},
    displayName: name,
    active: true,
    timeZone: "Europe/Vienna",
    locale: "en_US",
  };
}
