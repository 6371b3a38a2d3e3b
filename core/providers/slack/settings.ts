import * as v from "valibot";
import { EventNames } from "../../configuration/event-names.ts";
import { ScopeSettings } from "../../configuration/grants.ts";
import { BaseUrl, NonEmptyText } from "../../configuration/setting.ts";
import { textOf } from "../../configuration/text.ts";
import { SecretField } from "../platform-secret.ts";

/** Without this scope a workspace has no slash commands of the app. */
const COMMANDS_SCOPE = "commands";

const SlashCommand = v.strictObject({
  command: v.pipe(
    v.string(),
    v.regex(/^\/[a-z0-9_-]{1,31}$/, "must be a slash command, such as /ask."),
  ),
  description: textOf(2_000),
  usageHint: v.optional(textOf(1_000)),
});

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
    /** The events that the app subscribes to, beside those of its uninstall. */
    events: v.optional(EventNames, []),
    /** The slash commands. */
    commands: v.optional(v.array(SlashCommand), []),
    url: v.optional(BaseUrl, "https://slack.com"),
  }),
  v.forward(
    v.partialCheck(
      [["scopes"], ["commands"]],
      ({ scopes, commands }) => commands.length === 0 || scopes.scopes.includes(COMMANDS_SCOPE),
      `need the scope ${COMMANDS_SCOPE}.`,
    ),
    ["commands"],
  ),
  v.transform(({ clientId, appId, interactions, scopes: { scopes, reasons }, ...rest }) => ({
    ...rest,
    clientId,
    appId,
    interactions,
    scopes,
    reasons,
  })),
);

/** The fields of the secret `slack`. */
export const SlackSecret = v.object({
  client_secret: SecretField,
  /** Slack signs requests to `/webhooks/slack` with it. */
  signing_secret: v.optional(SecretField),
});
export type SlackSecret = v.InferOutput<typeof SlackSecret>;
