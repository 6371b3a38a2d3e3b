import * as v from "valibot";
import { type Channel, findChannel, isMember } from "./channels.ts";
import type { SlackContext, SlackMessage } from "./context.ts";
import { toMessage } from "./message-shape.ts";
import { deleteMessage, messagesIn, postMessage, updateMessage } from "./messages.ts";
import { type Caller, jsonField, method, type SlackMethod } from "./method.ts";
import { slackError, slackSuccess } from "./responses.ts";

/** @see [chat.postMessage](https://docs.slack.dev/reference/methods/chat.postMessage) */
const MAX_CHARACTERS = 40_000;

const Blocks = v.array(v.record(v.string(), v.unknown()));

const contentFields = {
  text: v.optional(v.string(), ""),
  blocks: v.optional(v.nullable(jsonField(Blocks)), null),
};

const NewMessage = v.object({
  channel: v.string(),
  ...contentFields,
  thread_ts: v.optional(v.nullable(v.string()), null),
});

const MessageReference = v.object({ channel: v.string(), ts: v.string() });
const MessageUpdate = v.object({ ...MessageReference.entries, ...contentFields });

const needsChat = () => ["chat:write"];

/** The methods that write messages. */
export const CHAT_METHODS: Readonly<Record<string, SlackMethod>> = {
  "chat.postMessage": method(NewMessage, needsChat, post),
  "chat.update": method(MessageUpdate, needsChat, (slack, { text, blocks, ...fields }, caller) =>
    withOwnMessage(slack, fields, { caller, error: "cant_update_message" }, (found, channel) => {
      const error = findContentError({ text, blocks });
      if (error) return slackError(error);
      const message = updateMessage(slack, channel, found, { text, blocks });
      const { ts } = message;
      const shown = toMessage(slack, channel, message);
      return slackSuccess({ channel: channel.id, ts, text, message: shown });
    }),
  ),
  "chat.delete": method(MessageReference, needsChat, (slack, fields, caller) =>
    withOwnMessage(slack, fields, { caller, error: "cant_delete_message" }, (found, channel) => {
      deleteMessage(slack, channel, found);
      return slackSuccess({ channel: channel.id, ts: found.ts });
    }),
  ),
};

/** A bot posts where it is a member, and with `chat:write.public` in every public channel. */
function post(
  slack: SlackContext,
  { channel: reference, text, blocks, thread_ts }: v.InferOutput<typeof NewMessage>,
  caller: Caller,
): Response {
  const channel = findChannel(caller.organization, reference);
  if (!channel) return slackError("channel_not_found");
  const contentError = findContentError({ text, blocks });
  if (contentError) return slackError(contentError);

  const isBot = caller.kind === "bot";
  const canPost =
    !isBot ||
    isMember(slack.records.get().joined, channel) ||
    caller.scopes.includes("chat:write.public");
  if (!canPost) return slackError("not_in_channel");

  const { userId } = caller;
  const message = postMessage(slack, channel, { text, blocks, userId, isBot, threadTs: thread_ts });
  return slackSuccess({
    channel: channel.id,
    ts: message.ts,
    message: toMessage(slack, channel, message),
  });
}

function withOwnMessage(
  slack: SlackContext,
  { channel: reference, ts }: v.InferOutput<typeof MessageReference>,
  { caller, error }: { caller: Caller; error: string },
  handle: (message: SlackMessage, channel: Channel) => Response,
): Response {
  const channel = findChannel(caller.organization, reference);
  if (!channel) return slackError("channel_not_found");
  const message = messagesIn(slack, channel).find((known) => known.ts === ts);
  if (!message) return slackError("message_not_found");
  return message.userId === caller.userId ? handle(message, channel) : slackError(error);
}

function findContentError({
  text,
  blocks,
}: Pick<SlackMessage, "text" | "blocks">): string | undefined {
  if (text === "" && (blocks === null || blocks.length === 0)) return "no_text";
  return text.length > MAX_CHARACTERS ? "msg_too_long" : undefined;
}
