import { type Channel, isMember, viewsOf } from "./channels.ts";
import type { SlackContext, SlackMessage } from "./context.ts";
import { installIn, type SlackInstall } from "./installs.ts";
import { toMessage, toRichText } from "./message-shape.ts";
import { botUserIdOf } from "./organizations.ts";
import type { SubscribedEvent } from "./registration.ts";

/** The scope that each event needs. */
const NEEDED: Readonly<Record<SubscribedEvent, string>> = {
  app_mention: "app_mentions:read",
  "message.channels": "channels:history",
  "message.im": "im:history",
};

/** The install to which an event is sent, and the channel as its workspace has it. */
interface Recipient {
  readonly install: SlackInstall;
  readonly channel: Channel;
}

/**
 * Notifies the app of a new message, if it is in the channel, and of a mention in it. An ephemeral message
 * sends no event.
 *
 * @see [message](https://docs.slack.dev/reference/events/message)
 * @see [app_mention](https://docs.slack.dev/reference/events/app_mention)
 */
export function notifyPosted(slack: SlackContext, channel: Channel, message: SlackMessage): void {
  if (message.visibleTo !== null) return;
  const shown = withBlocks(toMessage(slack, channel, message));
  const event = { ...shown, channel: channel.id, event_ts: message.ts };
  emitMessage(slack, channel, event);

  const bot = recipientOf(slack, channel)?.install.organization;
  const isMention =
    bot && message.text.includes(`<@${botUserIdOf(bot)}>`) && message.userId !== botUserIdOf(bot);
  if (isMention && channel.kind === "channel") {
    emit(slack, channel, "app_mention", { ...event, type: "app_mention" });
  }
}

/** Notifies the app of a message that was edited. */
export function notifyChanged(
  slack: SlackContext,
  channel: Channel,
  { before, after }: { before: SlackMessage; after: SlackMessage },
): void {
  if (after.visibleTo !== null) return;
  const ts = after.edited?.ts ?? after.ts;
  emitMessage(slack, channel, {
    type: "message",
    subtype: "message_changed",
    message: withBlocks(toMessage(slack, channel, after)),
    previous_message: withBlocks(toMessage(slack, channel, before)),
    channel: channel.id,
    hidden: true,
    ts,
    event_ts: ts,
  });
}

/** Notifies the app of a message that was deleted. */
export function notifyDeleted(
  slack: SlackContext,
  channel: Channel,
  { message, ts }: { message: SlackMessage; ts: string },
): void {
  if (message.visibleTo !== null) return;
  emitMessage(slack, channel, {
    type: "message",
    subtype: "message_deleted",
    previous_message: withBlocks(toMessage(slack, channel, message)),
    channel: channel.id,
    hidden: true,
    deleted_ts: message.ts,
    ts,
    event_ts: ts,
  });
}

function emitMessage(slack: SlackContext, channel: Channel, event: object): void {
  const subscribed = channel.kind === "im" ? "message.im" : "message.channels";
  const fields = { type: "message", ...event, channel_type: channel.kind };
  emit(slack, channel, subscribed, fields);
}

function emit(
  slack: SlackContext,
  channel: Channel,
  subscribed: SubscribedEvent,
  event: { readonly type: string },
): void {
  const recipient = recipientOf(slack, channel);
  const isSent =
    recipient &&
    slack.registration.events.includes(subscribed) &&
    recipient.install.scopes.includes(NEEDED[subscribed]);
  if (!isSent) return;
  const { install, channel: received } = recipient;
  slack.events.emit(install.organization, event, {
    workspace: channel.workspace,
    receivedIn: received.workspace,
    channelId: channel.id,
    isShared: channel.sharedWith.length > 0,
  });
}

/**
 * Returns the install that gets the events of a channel. Of a channel that several workspaces share, Slack
 * sends one event to one of their installs, here that of the author's workspace if it has one.
 */
function recipientOf(slack: SlackContext, channel: Channel): Recipient | undefined {
  const { joined } = slack.records.get();
  for (const view of viewsOf(channel)) {
    const install = installIn(slack, view.workspace);
    if (install && isMember(joined, view)) return { install, channel: view };
  }
  return undefined;
}

function withBlocks(message: ReturnType<typeof toMessage>) {
  const { blocks, bot_id, text } = message;
  return blocks || bot_id !== undefined ? message : { ...message, blocks: toRichText(text) };
}
