import type { Grantkeep } from "./grantkeep.ts";
import { type InstallationKey, type LibraryOptions, tokensOf } from "./installation.ts";

/** The configuration of a client of jira.js. */
export interface JiraConfig {
  /** The base URL of the site's API. */
  host: string;
  auth: { type: "bearer"; getToken(): Promise<string> };
  getAuthOn401(): Promise<{ type: "bearer"; token: string }>;
}

/**
 * Returns the configuration of a client of jira.js 6, which gets a valid token for each request. After a 401 it reports
 * the token and sends the request once more.
 *
 * @example
 * ```ts
 * import { createJiraConfig } from "@grantkeep/client/jira";
 * import { createCloudClient } from "jira.js";
 *
 * const config = await createJiraConfig(grantkeep, { organizationId: cloudId });
 * const jira = createCloudClient(config);
 * const issue = await jira.issues.getIssue({ issueIdOrKey: "ACME-1" });
 * ```
 *
 * @throws {GrantkeepError} if there is no token now
 */
export async function createJiraConfig(
  grantkeep: Grantkeep,
  key: InstallationKey,
  options: Omit<LibraryOptions, "repositories" | "permissions"> = {},
): Promise<JiraConfig> {
  const lookUp = tokensOf(grantkeep, "jira", key, options);
  const { apiBaseUrl, accessToken } = await lookUp();
  let sent = accessToken;
  const getToken = async () => {
    sent = (await lookUp()).accessToken;
    return sent;
  };
  return {
    host: apiBaseUrl,
    auth: { type: "bearer", getToken },
    async getAuthOn401() {
      sent = (await lookUp(sent)).accessToken;
      return { type: "bearer", token: sent };
    },
  };
}
