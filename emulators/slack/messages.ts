import type { Channel } from "./channels.ts";
import type { SlackContext, SlackMessage } from "./context.ts";
import { botUserIdOf, toTeamFields } from "./organizations.ts";

/** Limits the state file. The oldest messages are deleted first. */
const MAX_MESSAGES = 5000;

/** The fields of a new message. */
type NewMessage = Pick<SlackMessage, "text" | "userId" | "isBot"> &
  Partial<Pick<SlackMessage, "blocks" | "threadTs" | "visibleTo">>;

/**
 * Posts a message. Each change is one function, which the Web API and the pages call, so that each can send
 * its event from one place.
 */
export function postMessage(
  slack: SlackContext,
  { id }: Channel,
  fields: NewMessage,
): SlackMessage {
  const records = slack.records.get();
  const message: SlackMessage = {
    blocks: null,
    threadTs: null,
    visibleTo: null,
    ...fields,
    channel: id,
    ts: newTimestamp(slack, id),
    edited: null,
  };
  const messages = [...records.messages, message].slice(-MAX_MESSAGES);
  slack.records.set({ ...records, messages });
  return message;
}

/** Replaces the text and the blocks of a message. */
export function updateMessage(
  slack: SlackContext,
  message: SlackMessage,
  changes: Pick<SlackMessage, "text" | "blocks">,
): SlackMessage {
  const edited = { userId: message.userId, ts: newTimestamp(slack, message.channel) };
  const changed = { ...message, ...changes, edited };
  const records = slack.records.get();
  const messages = records.messages.map((other) => (isSame(other, message) ? changed : other));
  slack.records.set({ ...records, messages });
  return changed;
}

/** Deletes a message. */
export function deleteMessage(slack: SlackContext, message: SlackMessage): void {
  const records = slack.records.get();
  const messages = records.messages.filter((other) => !isSame(other, message));
  slack.records.set({ ...records, messages });
}

/** Adds the app to a channel. */
export function joinChannel(slack: SlackContext, { id }: Channel): void {
  const records = slack.records.get();
  slack.records.set({ ...records, joined: [...new Set([...records.joined, id])] });
}

/** Returns the messages of a channel, oldest first. */
export function messagesIn({ records }: SlackContext, { id }: Channel): SlackMessage[] {
  return records.get().messages.filter(({ channel }) => channel === id);
}

/** Returns a message as the Web API shows it. */
export function toMessage(
  { registration }: SlackContext,
  { workspace }: Channel,
  message: SlackMessage,
) {
  const { ts, text, blocks, userId, isBot, threadTs, edited } = message;
  const { team } = toTeamFields(workspace);
  const { appId: app_id, appName: name } = registration;
  const bot_id = botUserIdOf(workspace).replace(/^./, "B");
  return {
    type: "message",
    user: userId,
    ts,
    text,
    team: team?.id,
    ...(blocks && { blocks }),
    ...(threadTs !== null && { thread_ts: threadTs }),
    ...(edited && { edited: { user: edited.userId, ts: edited.ts } }),
    ...(isBot && { bot_id, app_id, bot_profile: { id: bot_id, app_id, name, deleted: false } }),
  };
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
