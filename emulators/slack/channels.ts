import {
  isOrgWide,
  organizationOf,
  type SlackOrganization,
  workspacesOf,
} from "./organizations.ts";
import { peopleOf } from "./people.ts";

/** A public channel, or a conversation of the app with one person. */
export interface Channel {
  readonly id: string;
  readonly name: string;
  readonly purpose: string;
  readonly workspace: SlackOrganization;
  readonly kind: "channel" | "im";
  /** The person, in a conversation with one. */
  readonly userId: string | null;
  /** The ids of the other workspaces that have this channel too. */
  readonly sharedWith: readonly string[];
}

/** The public channels of each workspace. The app was added to the first one only. */
const SEEDS = [
  { code: "BOT", name: "bots", purpose: "For people and their bots." },
  { code: "GEN", name: "general", purpose: "For everybody in the workspace." },
  { code: "RAN", name: "random", purpose: "For everything else." },
];

/** The channel that two workspaces share: Slack Connect. */
const SHARED = {
  id: "C0SHARED",
  name: "partners",
  purpose: "Acme and Globex share this channel.",
  kind: "channel",
  userId: null,
} as const;
const SHARING = ["T0ACME", "T0GLOBEX"];

/** Returns the public channels of a workspace. */
export function channelsOf(workspace: SlackOrganization): Channel[] {
  const { id } = workspace;
  const shared = SHARING.includes(id)
    ? [{ ...SHARED, workspace, sharedWith: SHARING.filter((other) => other !== id) }]
    : [];
  return [...ownChannelsOf(workspace), ...shared];
}

function ownChannelsOf(workspace: SlackOrganization): Channel[] {
  return SEEDS.map(({ code, name, purpose }) => ({
    id: `C0${code}${workspace.id.slice(1)}`,
    name,
    purpose,
    workspace,
    kind: "channel",
    userId: null,
    sharedWith: [],
  }));
}

/** Returns the conversations of the app with the people of a workspace. */
export function directMessagesOf(workspace: SlackOrganization): Channel[] {
  return peopleOf(workspace).map(({ id, name }) => ({
    id: `D${id}`,
    name,
    purpose: "",
    workspace,
    kind: "im",
    userId: id,
    sharedWith: [],
  }));
}

/**
 * Returns the channel of an id, of a name with or without `#`, or of a person, in all workspaces of an
 * install. Names are ambiguous in a whole organization, so they work in a workspace only.
 */
export function findChannel(
  organization: SlackOrganization,
  reference: string,
): Channel | undefined {
  const name = reference.replace(/^#/, "");
  const all = workspacesOf(organization).flatMap((workspace) => [
    ...channelsOf(workspace),
    ...directMessagesOf(workspace),
  ]);
  return all.find(
    (channel) =>
      channel.id === reference ||
      channel.userId === reference ||
      (channel.kind === "channel" && !isOrgWide(organization) && channel.name === name),
  );
}

/** Returns a channel as each of its workspaces has it, its own first. */
export function viewsOf(channel: Channel): Channel[] {
  const others = channel.sharedWith.flatMap((id) => channelsOf(organizationOf(id)));
  return [channel, ...others.filter(({ id }) => id === channel.id)];
}

/** Returns whether the app is in a channel; it always is in a conversation with one person. */
export function isMember(joined: readonly string[], channel: Channel): boolean {
  const { kind, name } = channel;
  return kind === "im" || name === SEEDS[0]?.name || joined.includes(memberKeyOf(channel));
}

/** Returns the key of the app's membership, which each workspace of a shared channel has for itself. */
export function memberKeyOf({ id, workspace, sharedWith }: Channel): string {
  return sharedWith.length > 0 ? `${workspace.id}/${id}` : id;
}
