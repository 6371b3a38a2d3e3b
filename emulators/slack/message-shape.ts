import { createHash } from "node:crypto";
import type { Channel } from "./channels.ts";
import type { SlackContext, SlackMessage } from "./context.ts";
import { toTeamFields } from "./organizations.ts";

const ICONS = {
  image_36: "https://avatars.example.invalid/36.png",
  image_48: "https://avatars.example.invalid/48.png",
  image_72: "https://avatars.example.invalid/72.png",
};

/** Returns a message as the Web API and the events show it. */
export function toMessage(
  { registration }: Pick<SlackContext, "registration">,
  { workspace }: Channel,
  message: SlackMessage,
) {
  const { ts, text, blocks, userId, isBot, threadTs, edited, teamId, otherAppId } = message;
  const { team } = toTeamFields(workspace);
  const app_id = otherAppId ?? registration.appId;
  const name = otherAppId ?? registration.appName;
  const bot_id = userId.replace(/^./, "B");
  const profile = {
    id: bot_id,
    app_id,
    name,
    deleted: false,
    updated: 1_704_153_600,
    icons: ICONS,
  };
  return {
    ...(!isBot && { client_msg_id: clientIdOf(message) }),
    type: "message",
    user: userId,
    ts,
    text,
    team: teamId ?? team?.id,
    ...(blocks && { blocks }),
    ...(threadTs !== null && { thread_ts: threadTs }),
    ...(edited && { edited: { user: edited.userId, ts: edited.ts } }),
    ...(isBot && { bot_id, app_id, bot_profile: { ...profile, team_id: teamId ?? team?.id } }),
  };
}

/**
 * Returns the text of a person's message as the blocks that Slack's editor makes of it, in which a mention
 * is an element of its own.
 *
 * @see [Rich text block](https://docs.slack.dev/reference/block-kit/blocks/rich-text-block)
 */
export function toRichText(text: string) {
  const elements = text
    .split(/(<@[UW]\w+>)/)
    .filter((part) => part !== "")
    .map((part) => {
      const [, user_id] = /^<@(\w+)>$/.exec(part) ?? [];
      return user_id === undefined ? { type: "text", text: part } : { type: "user", user_id };
    });
  const block_id = createHash("sha256").update(text).digest("base64url").slice(0, 5);
  return [{ type: "rich_text", block_id, elements: [{ type: "rich_text_section", elements }] }];
}

/** Derives the id that the sender's client gave a message: its events repeat it. */
function clientIdOf({ channel, ts }: SlackMessage): string {
  const hash = createHash("sha256").update(`${channel}/${ts}`).digest("hex");
  return hash.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, "$1-$2-$3-$4-$5");
}
