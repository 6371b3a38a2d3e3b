import { identifyBlocks } from "./buttons.ts";
import { type Channel, memberKeyOf } from "./channels.ts";
import type { SlackContext, SlackMessage } from "./context.ts";
import { notifyChanged, notifyDeleted, notifyPosted } from "./message-events.ts";

/** Limits the state file. The oldest messages are deleted first. */
const MAX_MESSAGES = 5000;

/** The fields of a new message. */
type NewMessage = Pick<SlackMessage, "text" | "userId" | "isBot"> &
  Partial<Pick<SlackMessage, "blocks" | "threadTs" | "visibleTo" | "otherAppId">>;

/**
 * Posts a message. Each change is one function, which the Web API and the pages call, so that each can send
 * its event from one place.
 */
export function postMessage(
  slack: SlackContext,
  channel: Channel,
  { blocks = null, ...fields }: NewMessage,
): SlackMessage {
  const { id, workspace } = channel;
  const records = slack.records.get();
  const message: SlackMessage = {
    threadTs: null,
    visibleTo: null,
    otherAppId: null,
    ...fields,
    blocks: blocks && identifyBlocks(blocks),
    channel: id,
    teamId: workspace.id,
    ts: newTimestamp(slack, id),
    edited: null,
  };
  const messages = [...records.messages, message].slice(-MAX_MESSAGES);
  slack.records.set({ ...records, messages });
  notifyPosted(slack, channel, message);
  return message;
}

/** Replaces the text and the blocks of a message. */
export function updateMessage(
  slack: SlackContext,
  channel: Channel,
  message: SlackMessage,
  { text, blocks }: Pick<SlackMessage, "text" | "blocks">,
): SlackMessage {
  const edited = { userId: message.userId, ts: newTimestamp(slack, message.channel) };
  const changes = { text, blocks: blocks && identifyBlocks(blocks), edited };
  const changed = { ...message, ...changes };
  const records = slack.records.get();
  const messages = records.messages.map((other) => (isSame(other, message) ? changed : other));
  slack.records.set({ ...records, messages });
  notifyChanged(slack, channel, { before: message, after: changed });
  return changed;
}

/** Deletes a message. */
export function deleteMessage(slack: SlackContext, channel: Channel, message: SlackMessage): void {
  const ts = newTimestamp(slack, channel.id);
  const records = slack.records.get();
  const messages = records.messages.filter((other) => !isSame(other, message));
  slack.records.set({ ...records, messages });
  notifyDeleted(slack, channel, { message, ts });
}

/** Adds the app to a channel. */
export function joinChannel(slack: SlackContext, channel: Channel): void {
  const records = slack.records.get();
  const joined = new Set([...records.joined, memberKeyOf(channel)]);
  slack.records.set({ ...records, joined: [...joined] });
}

/** Returns the messages of a channel, oldest first. */
export function messagesIn({ records }: SlackContext, { id }: Channel): SlackMessage[] {
  return records.get().messages.filter(({ channel }) => channel === id);
}

/** Returns a time that no message of the channel has yet, in Slack's format. */
function newTimestamp({ records, clock }: SlackContext, channel: string): string {
  const times = records
    .get()
    .messages.filter((message) => message.channel === channel)
    .flatMap(({ ts, edited }) => [ts, edited?.ts ?? ts])
    .map((ts) => Number(ts.replace(".", "")));
  const now = clock.toRealDate(clock.now()).getTime() * 1000;
  const microseconds = Math.max(now, ...times.map((time) => time + 1));
  return String(microseconds).replace(/(\d{6})$/, ".$1");
}

function isSame(one: SlackMessage, other: SlackMessage): boolean {
  return one.channel === other.channel && one.ts === other.ts;
}
