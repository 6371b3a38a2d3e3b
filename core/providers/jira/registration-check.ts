import { findMalformedFields, type RegistrationCheck } from "../registration-check.ts";
import { JiraSecret } from "./settings.ts";

/** The checks of the app at Jira, whose settings no API returns. */
export const jiraRegistration: RegistrationCheck = {
  findSecretMistakes: (text) => findMalformedFields(text, JiraSecret),
  // Atlassian redirects to an error page whose address has this description.
  unregistered: /redirect_uri(?:%20|\+| )is(?:%20|\+| )not(?:%20|\+| )registered/i,
  refusedScopes: /\binvalid_scope\b/,
  sendsWebhooks: ({ jira }) => jira.webhooks !== undefined,
};
