import * as v from "valibot";
import { ScopeSettings } from "../../configuration/grants.ts";
import { BaseUrl, NonEmptyText } from "../../configuration/setting.ts";
import { SecretField } from "../platform-secret.ts";

/** Without this scope Jira issues no refresh token, and an installation ends after an hour. */
const REQUIRED_SCOPE = "offline_access";

/** A grant needs one of them to manage webhooks: the classic one, or the granular one. */
export const WEBHOOK_SCOPES = ["manage:jira-webhook", "write:webhook:jira"] as const;

/**
 * The events of dynamic webhooks whose bodies name the site.
 *
 * @see [Webhooks](https://developer.atlassian.com/cloud/jira/platform/webhooks/)
 */
const WEBHOOK_EVENTS = [
  "jira:issue_created",
  "jira:issue_updated",
  "jira:issue_deleted",
  "comment_created",
  "comment_updated",
  "comment_deleted",
  "sprint_created",
  "sprint_started",
  "sprint_updated",
  "sprint_closed",
  "sprint_deleted",
  "jira:version_created",
  "jira:version_updated",
  "jira:version_moved",
  "jira:version_merged",
  "jira:version_released",
  "jira:version_unreleased",
  "jira:version_deleted",
] as const;

/** JQL that webhooks do not support: they compare fields with `=`, `!=`, `in` and `not in`. */
const UNSUPPORTED_JQL = /~|<|>|\border\s+by\b|\b(?:is|was|changed)\b/i;

const JiraWebhooks = v.strictObject({
  events: v.pipe(v.array(v.picklist(WEBHOOK_EVENTS)), v.nonEmpty("must have at least one event.")),
  jql: v.pipe(
    v.string(),
    v.trim(),
    v.nonEmpty("must not be empty: Jira needs a filter, such as project in (A, B)."),
    v.maxLength(1_000, "must have at most 1,000 characters."),
    v.check(
      (text) => !UNSUPPORTED_JQL.test(text.replaceAll(/"[^"]*"|'[^']*'/g, '""')),
      "must compare fields with =, !=, in and not in only: webhooks support no other JQL.",
    ),
  ),
});
/** The webhooks that are registered for each site. */
export type JiraWebhookSettings = v.InferOutput<typeof JiraWebhooks>;

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
    webhooks: v.optional(JiraWebhooks),
  }),
  v.transform((settings) => {
    const { clientId, authUrl, apiUrl, sharedAccounts, webhooks } = settings;
    const { scopes, reasons } = settings.scopes;
    return {
      clientId,
      scopes: [...new Set([...scopes, REQUIRED_SCOPE, ...findWebhookScopes(scopes, webhooks)])],
      reasons,
      urls: { auth: authUrl, api: apiUrl },
      refusesSharedAccounts: sharedAccounts === "refuse",
      webhooks,
    };
  }),
);

/** Returns the scope that the configured webhooks need, unless the scopes have one. */
function findWebhookScopes(
  scopes: readonly string[],
  webhooks: JiraWebhookSettings | undefined,
): readonly string[] {
  const [classic] = WEBHOOK_SCOPES;
  const isCovered = WEBHOOK_SCOPES.some((scope) => scopes.includes(scope));
  return webhooks && !isCovered ? [classic] : [];
}

/** The fields of the secret `jira`. */
export const JiraSecret = v.object({ client_secret: SecretField });
