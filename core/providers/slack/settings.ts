import * as v from "valibot";
import { ScopeSettings } from "../../configuration/grants.ts";
import { BaseUrl, NonEmptyText } from "../../configuration/setting.ts";
import { SecretField } from "../platform-secret.ts";

/** The registration of the app at Slack, with its defaults. */
export const SlackSettings = v.pipe(
  v.strictObject({
    clientId: v.optional(NonEmptyText),
    /** The id of the app at Slack, as `oauth.v2.access` returns it. */
    appId: v.optional(
      v.pipe(
        v.string(),
        v.regex(/^A[A-Z0-9]{1,30}$/, "must be the id of the app, which begins with A."),
      ),
    ),
    /** The ARN of the function that handles clicks and commands. Without it, they are events. */
    interactions: v.optional(
      v.pipe(
        v.string(),
        v.regex(
          /^arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:[\w-]{1,64}(:[\w$-]{1,128})?$/,
          "must be the ARN of a Lambda function.",
        ),
      ),
    ),
    /** The bot scopes. */
    scopes: v.optional(ScopeSettings, ["chat:write"]),
    url: v.optional(BaseUrl, "https://slack.com"),
  }),
  v.transform(({ clientId, appId, interactions, scopes: { scopes, reasons }, url }) => ({
    clientId,
    appId,
    interactions,
    scopes,
    reasons,
    url,
  })),
);

/** The fields of the secret `slack`. */
export const SlackSecret = v.object({
  client_secret: SecretField,
  /** Slack signs requests to `/webhooks/slack` with it. */
  signing_secret: v.optional(SecretField),
});
export type SlackSecret = v.InferOutput<typeof SlackSecret>;
