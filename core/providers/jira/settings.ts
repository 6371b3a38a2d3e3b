import * as v from "valibot";
import { ScopeList } from "../../scopes.ts";
import { BaseUrl, NonEmptyText } from "../../settings.ts";
import { SecretField } from "../platform-secret.ts";

/** Without this scope Jira issues no refresh token, and an installation ends after an hour. */
const REQUIRED_SCOPE = "offline_access";

/** The environment variables of the app at Jira, with their defaults. */
export const JiraSettings = v.pipe(
  v.object({
    JIRA_CLIENT_ID: v.optional(NonEmptyText),
    JIRA_SCOPES: v.optional(ScopeList, "read:jira-work read:me offline_access"),
    JIRA_AUTH_URL: v.optional(BaseUrl, "https://auth.atlassian.com"),
    JIRA_API_URL: v.optional(BaseUrl, "https://api.atlassian.com"),
  }),
  v.transform((variables) => ({
    clientId: variables.JIRA_CLIENT_ID,
    scopes: [...new Set([...variables.JIRA_SCOPES, REQUIRED_SCOPE])],
    urls: { auth: variables.JIRA_AUTH_URL, api: variables.JIRA_API_URL },
  })),
);

/** The fields of the secret `jira`. */
export const JiraSecret = v.object({ client_secret: SecretField });
