import * as v from "valibot";
import { ScopeSettings } from "../../configuration/grants.ts";
import { BaseUrl, NonEmptyText } from "../../configuration/setting.ts";
import { SecretField } from "../platform-secret.ts";

/** Without this scope Jira issues no refresh token, and an installation ends after an hour. */
const REQUIRED_SCOPE = "offline_access";

/** The registration of the app at Jira, with its defaults. */
export const JiraSettings = v.pipe(
  v.strictObject({
    clientId: v.optional(NonEmptyText),
    scopes: v.optional(ScopeSettings, ["read:jira-work", "read:me", REQUIRED_SCOPE]),
    authUrl: v.optional(BaseUrl, "https://auth.atlassian.com"),
    apiUrl: v.optional(BaseUrl, "https://api.atlassian.com"),
    sharedAccounts: v.optional(
      v.picklist(["allow", "refuse"], "must be allow or refuse."),
      "allow",
    ),
  }),
  v.transform(({ clientId, scopes: { scopes, reasons }, authUrl, apiUrl, sharedAccounts }) => ({
    clientId,
    scopes: [...new Set([...scopes, REQUIRED_SCOPE])],
    reasons,
    urls: { auth: authUrl, api: apiUrl },
    refusesSharedAccounts: sharedAccounts === "refuse",
  })),
);

/** The fields of the secret `jira`. */
export const JiraSecret = v.object({ client_secret: SecretField });
