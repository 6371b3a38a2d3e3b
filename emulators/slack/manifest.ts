import { randomBytes, randomInt } from "node:crypto";
import * as v from "valibot";
import type { AppManifest, SlackContext } from "./context.ts";
import { SubscribedEvent } from "./registration.ts";
import { findUnknown } from "./scopes.ts";

const MAX_NAME_LENGTH = 35;
const MAX_DESCRIPTION_LENGTH = 140;

const Url = v.pipe(v.string(), v.url("must be a URL"));
const Command = v.pipe(
  v.string(),
  v.regex(/^\/[^\s/A-Z]{1,31}$/, "must be a slash command"),
  v.custom<`/${string}`>(() => true),
);

const BotScopes = v.pipe(
  v.array(v.string()),
  v.check((scopes) => findUnknown(scopes).length === 0, "has a scope that does not exist"),
);

/** @see [App manifest reference](https://docs.slack.dev/reference/app-manifest) */
const Manifest = v.strictObject({
  display_information: v.strictObject({
    name: v.pipe(v.string(), v.maxLength(MAX_NAME_LENGTH, "is too long")),
    description: v.optional(v.pipe(v.string(), v.maxLength(MAX_DESCRIPTION_LENGTH, "is too long"))),
    background_color: v.optional(v.pipe(v.string(), v.regex(/^#[0-9a-f]{6}$/i))),
  }),
  features: v.strictObject({
    bot_user: v.strictObject({ display_name: v.string(), always_online: v.boolean() }),
    slash_commands: v.optional(
      v.array(
        v.strictObject({
          command: Command,
          url: Url,
          description: v.string(),
          usage_hint: v.optional(v.string()),
          should_escape: v.optional(v.boolean()),
        }),
      ),
      [],
    ),
  }),
  oauth_config: v.strictObject({
    redirect_urls: v.tupleWithRest([Url], Url),
    scopes: v.strictObject({ bot: BotScopes }),
  }),
  settings: v.strictObject({
    event_subscriptions: v.strictObject({ request_url: Url, bot_events: v.array(v.string()) }),
    interactivity: v.strictObject({ is_enabled: v.boolean(), request_url: Url }),
    socket_mode_enabled: v.optional(v.literal(false)),
    token_rotation_enabled: v.boolean(),
  }),
});

const ManifestText = v.pipe(v.string(), v.parseJson(undefined, "is not JSON"), Manifest);

/** Returns a manifest, or one sentence for each mistake in it. */
export function parseManifest(text: string | undefined): AppManifest | readonly string[] {
  const parsed = v.safeParse(ManifestText, text);
  if (parsed.success) return parsed.output;
  return parsed.issues.map((issue) => `${v.getDotPath(issue) ?? "manifest"}: ${issue.message}`);
}

/** Registers the app of a manifest in place of the one before, which stops working. */
export function registerFromManifest({ registration }: SlackContext, manifest: AppManifest): void {
  const { display_information, features, oauth_config, settings } = manifest;
  const { event_subscriptions: subscriptions, interactivity } = settings;
  Object.assign(registration, {
    appId: `A0${randomBytes(5).toString("hex").toUpperCase()}`,
    clientId: `${randomInt(10 ** 12)}.${randomInt(10 ** 12)}`,
    clientSecret: randomBytes(16).toString("hex"),
    signingSecret: randomBytes(16).toString("hex"),
    appName: display_information.name,
    redirectUrls: oauth_config.redirect_urls,
    rotation: settings.token_rotation_enabled,
    eventsUrl: subscriptions.request_url,
    events: subscriptions.bot_events.filter((event) => v.is(SubscribedEvent, event)),
    interactionsUrl: interactivity.is_enabled ? interactivity.request_url : undefined,
    commands: features.slash_commands.map(({ command }) => command),
  });
}
