import * as v from "valibot";
import { type Channel, channelsOf, directMessagesOf, findChannel, isMember } from "./channels.ts";
import type { SlackContext } from "./context.ts";
import { toMessage } from "./message-shape.ts";
import { joinChannel, messagesIn } from "./messages.ts";
import { type Caller, method, pageFields, type SlackMethod } from "./method.ts";
import { isOrgWide, workspacesOf } from "./organizations.ts";
import { pageOf } from "./pagination.ts";
import { peopleOf } from "./people.ts";
import { slackError, slackSuccess } from "./responses.ts";

/** The scope by which a token reads each type of conversation. */
const READ_SCOPES = new Map([
  ["public_channel", "channels"],
  ["private_channel", "groups"],
  ["mpim", "mpim"],
  ["im", "im"],
]);

const ListFields = v.object({
  ...pageFields,
  types: v.optional(v.string(), "public_channel"),
  team_id: v.optional(v.string()),
});

const ChannelFields = v.object({ channel: v.string() });

const HistoryFields = v.object({
  ...ChannelFields.entries,
  ...pageFields,
  oldest: v.optional(v.string(), "0"),
  latest: v.optional(v.string(), ""),
  ts: v.optional(v.string(), ""),
});
type HistoryFields = v.InferOutput<typeof HistoryFields>;

/** The methods that read conversations. Private channels and groups do not exist here. */
export const CONVERSATION_METHODS: Readonly<Record<string, SlackMethod>> = {
  "conversations.list": method(
    ListFields,
    ({ types }) =>
      typesOf(typeof types === "string" ? types : "public_channel").map(
        (type) => `${READ_SCOPES.get(type) ?? "channels"}:read`,
      ),
    list,
  ),
  "conversations.info": method(ChannelFields, scopeFor("read"), (slack, { channel }, caller) => {
    const found = findChannel(caller.organization, channel);
    if (!found) return slackError("channel_not_found");
    return slackSuccess({ channel: toConversation(slack, found) });
  }),
  "conversations.join": method(ChannelFields, () => ["channels:join"], join),
  "conversations.history": method(HistoryFields, scopeFor("history"), (slack, fields, caller) =>
    showMessages(slack, fields, caller, "history"),
  ),
  "conversations.replies": method(HistoryFields, scopeFor("history"), (slack, fields, caller) =>
    showMessages(slack, fields, caller, "replies"),
  ),
};

/** An org-wide token must name a workspace. */
function list(
  slack: SlackContext,
  { types, team_id, ...page }: v.InferOutput<typeof ListFields>,
  { organization }: Caller,
): Response {
  if (isOrgWide(organization) && team_id === undefined) {
    return slackError("missing_argument", { arg: "team_id" });
  }
  const workspaces = workspacesOf(organization);
  const workspace = workspaces.find(({ id }) => id === (team_id ?? organization.id));
  if (!workspace) return slackError("team_access_not_granted");

  const wanted = typesOf(types);
  const unknown = wanted.filter((type) => !READ_SCOPES.has(type));
  if (unknown.length > 0) return slackError("invalid_types");
  const found = [
    ...(wanted.includes("public_channel") ? channelsOf(workspace) : []),
    ...(wanted.includes("im") ? directMessagesOf(workspace) : []),
  ];
  const shown = pageOf(found, page);
  if (!shown) return slackError("invalid_cursor");
  const { items, response_metadata } = shown;
  const channels = items.map((channel) => toConversation(slack, channel));
  return slackSuccess({ channels, response_metadata });
}

function join(
  slack: SlackContext,
  { channel: reference }: v.InferOutput<typeof ChannelFields>,
  { organization }: Caller,
): Response {
  const channel = findChannel(organization, reference);
  if (!channel) return slackError("channel_not_found");
  if (channel.kind === "im") return slackError("method_not_supported_for_channel_type");

  const warning = "already_in_channel";
  const isAlready = isMember(slack.records.get().joined, channel);
  joinChannel(slack, channel);
  return slackSuccess({
    channel: toConversation(slack, channel),
    ...(isAlready && { warning, response_metadata: { warnings: [warning] } }),
  });
}

/** The history has no replies in threads, and newest messages first; a thread has its oldest first. */
function showMessages(
  slack: SlackContext,
  { channel: reference, oldest, latest, ts, ...page }: HistoryFields,
  { organization }: Caller,
  kind: "history" | "replies",
): Response {
  const channel = findChannel(organization, reference);
  if (!channel) return slackError("channel_not_found");
  if (!isMember(slack.records.get().joined, channel)) return slackError("not_in_channel");

  const all = messagesIn(slack, channel).filter(
    (message) => message.visibleTo === null && isBetween(message.ts, oldest, latest),
  );
  const thread = all.filter((message) => message.ts === ts || message.threadTs === ts);
  if (kind === "replies" && thread.length === 0) return slackError("thread_not_found");
  const found =
    kind === "replies" ? thread : all.filter(({ threadTs }) => threadTs === null).toReversed();

  const shown = pageOf(found, page);
  if (!shown) return slackError("invalid_cursor");
  const { items, response_metadata } = shown;
  const has_more = response_metadata.next_cursor !== "";
  const messages = items.map((message) => toMessage(slack, channel, message));
  return slackSuccess({ messages, has_more, ...(has_more && { response_metadata }) });
}

function toConversation({ records }: SlackContext, channel: Channel) {
  const { id, name, purpose, workspace, kind, userId, sharedWith } = channel;
  const created = 1_704_153_600;
  if (kind === "im") return { id, created, is_im: true, is_archived: false, user: userId };
  const creator = workspace.installerId;
  return {
    id,
    name,
    name_normalized: name,
    created,
    creator,
    is_channel: true,
    is_group: false,
    is_im: false,
    is_mpim: false,
    is_private: false,
    is_archived: false,
    is_general: name === "general",
    is_shared: sharedWith.length > 0,
    is_ext_shared: sharedWith.length > 0,
    is_org_shared: false,
    ...(sharedWith.length > 0 && { connected_team_ids: sharedWith }),
    is_member: isMember(records.get().joined, channel),
    context_team_id: workspace.id,
    topic: { value: "", creator: "", last_set: 0 },
    purpose: { value: purpose, creator, last_set: created },
    num_members: peopleOf(workspace).length,
  };
}

function scopeFor(verb: "read" | "history"): SlackMethod["needs"] {
  return ({ channel }) => [`${String(channel).startsWith("D") ? "im" : "channels"}:${verb}`];
}

function typesOf(types: string): string[] {
  return types.split(",").map((type) => type.trim());
}

function isBetween(ts: string, oldest: string, latest: string): boolean {
  return Number(ts) > Number(oldest) && (latest === "" || Number(ts) < Number(latest));
}
