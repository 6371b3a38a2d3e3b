import * as v from "valibot";
import { ScopeList } from "../../scopes.ts";
import { BaseUrl, NonEmptyText } from "../../settings.ts";
import { SecretField } from "../platform-secret.ts";

/** The environment variables of the app at Slack, with their defaults. */
export const SlackSettings = v.pipe(
  v.object({
    SLACK_CLIENT_ID: v.optional(NonEmptyText),
    SLACK_SCOPES: v.optional(ScopeList, "chat:write"),
    SLACK_URL: v.optional(BaseUrl, "https://slack.com"),
  }),
  v.transform((variables) => ({
    clientId: variables.SLACK_CLIENT_ID,
    scopes: variables.SLACK_SCOPES,
    url: variables.SLACK_URL,
  })),
);

/** The fields of the secret `slack`. */
export const SlackSecret = v.object({
  client_secret: SecretField,
  /** Slack signs requests to `/webhooks/slack` with it. */
  signing_secret: v.optional(SecretField),
});
export type SlackSecret = v.InferOutput<typeof SlackSecret>;
