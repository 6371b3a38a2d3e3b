import { appDescription, appName } from "./app-name.ts";
import type { SetupContext } from "./registration.ts";

const MAX_NAME_LENGTH = 35;
const MAX_DESCRIPTION_LENGTH = 140;

/** By these events Grantkeep learns that an installation ended. */
const LIFECYCLE_EVENTS = ["app_uninstalled", "tokens_revoked"];

/**
 * Returns the manifest of the Slack app of a stage.
 *
 * @see [App manifest reference](https://docs.slack.dev/reference/app-manifest)
 */
export function createSlackManifest({ stage, configuration, urls }: Omit<SetupContext, "open">) {
  const { brand, platforms } = configuration;
  const { scopes, events, commands } = platforms.slack;
  const name = appName(configuration, stage, MAX_NAME_LENGTH);
  const description = appDescription(configuration, MAX_DESCRIPTION_LENGTH);
  return {
    display_information: {
      name,
      ...(description !== undefined && { description }),
      background_color: brand.accent,
    },
    features: {
      bot_user: { display_name: name, always_online: true },
      ...(commands.length > 0 && {
        slash_commands: commands.map(({ command, description, usageHint }) => ({
          command,
          url: urls.slackInteractions,
          description,
          ...(usageHint !== undefined && { usage_hint: usageHint }),
          should_escape: false,
        })),
      }),
    },
    oauth_config: { redirect_urls: [urls.callback("slack")], scopes: { bot: scopes } },
    settings: {
      event_subscriptions: {
        request_url: urls.webhooks("slack"),
        bot_events: [...new Set([...LIFECYCLE_EVENTS, ...events])],
      },
      interactivity: { is_enabled: true, request_url: urls.slackInteractions },
      socket_mode_enabled: false,
      token_rotation_enabled: true,
    },
  };
}

/**
 * Returns the link that opens Slack's form for a new app with a manifest filled in.
 *
 * @see [Sharing manifests](https://docs.slack.dev/app-manifests/configuring-apps-with-app-manifests#sharing)
 */
export function slackManifestUrl(slackUrl: string, manifest: object): string {
  const url = new URL(`${appsOrigin(slackUrl)}/apps`);
  url.searchParams.set("new_app", "1");
  url.searchParams.set("manifest_json", JSON.stringify(manifest));
  return url.href;
}

/** Slack's apps are on another host than its API; those of an emulator are not. */
export function appsOrigin(slackUrl: string): string {
  const { protocol, host } = new URL(slackUrl);
  return protocol === "https:" ? `https://api.${host}` : slackUrl;
}
