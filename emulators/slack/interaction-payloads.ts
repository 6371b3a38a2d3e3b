import type { MessageButton } from "./buttons.ts";
import type { Channel } from "./channels.ts";
import type { SlackContext, SlackMessage } from "./context.ts";
import { VERIFICATION_TOKEN } from "./event-envelope.ts";
import { toMessage } from "./message-shape.ts";
import { isOrgWide, type SlackOrganization } from "./organizations.ts";
import { peopleOf } from "./people.ts";

/** A person's interaction with the app, before it is sent. */
export interface Interaction {
  /** The organization that the app is installed in. */
  readonly installed: SlackOrganization;
  readonly channel: Channel;
  readonly userId: string;
  /** Opens a modal, for three seconds. */
  readonly triggerId: string;
  /** Takes five messages, for half an hour. */
  readonly responseUrl: string;
}

/**
 * Returns the form of a slash command.
 *
 * @see [Slash commands](https://docs.slack.dev/interactivity/implementing-slash-commands#app_command_handling)
 */
export function toCommandForm(
  { registration }: Pick<SlackContext, "registration">,
  { installed, channel, userId, triggerId, responseUrl }: Interaction,
  { command, text }: { command: string; text: string },
): string {
  const { workspace } = channel;
  const { enterprise } = workspace;
  return new URLSearchParams({
    token: VERIFICATION_TOKEN,
    team_id: workspace.id,
    team_domain: domainOf(workspace),
    ...(enterprise && { enterprise_id: enterprise.id, enterprise_name: enterprise.name }),
    channel_id: channel.id,
    channel_name: channel.kind === "im" ? "directmessage" : channel.name,
    user_id: userId,
    user_name: nameOf(workspace, userId),
    command,
    text,
    api_app_id: registration.appId,
    is_enterprise_install: String(isOrgWide(installed)),
    response_url: responseUrl,
    trigger_id: triggerId,
  }).toString();
}

/**
 * Returns the form of a click on a button of a message.
 *
 * @see [block_actions](https://docs.slack.dev/reference/interaction-payloads/block_actions-payload)
 */
export function toClickForm(
  slack: Pick<SlackContext, "registration" | "clock">,
  { installed, channel, userId, triggerId, responseUrl }: Interaction,
  { message, button }: { message: SlackMessage; button: MessageButton },
): string {
  const { workspace } = channel;
  const { enterprise } = workspace;
  const isEphemeral = message.visibleTo !== null;
  const username = nameOf(workspace, userId);
  const payload = {
    type: "block_actions",
    user: { id: userId, username, name: username, team_id: workspace.id },
    api_app_id: slack.registration.appId,
    token: VERIFICATION_TOKEN,
    container: {
      type: "message",
      message_ts: message.ts,
      channel_id: channel.id,
      is_ephemeral: isEphemeral,
    },
    trigger_id: triggerId,
    team: {
      id: workspace.id,
      domain: domainOf(workspace),
      ...(enterprise && { enterprise_id: enterprise.id, enterprise_name: enterprise.name }),
    },
    enterprise,
    is_enterprise_install: isOrgWide(installed),
    channel: { id: channel.id, name: channel.kind === "im" ? "directmessage" : channel.name },
    message: toMessage(slack, channel, message),
    state: { values: {} },
    response_url: responseUrl,
    actions: [
      {
        action_id: button.actionId,
        block_id: button.blockId,
        text: button.text,
        ...(button.value !== undefined && { value: button.value }),
        type: "button",
        action_ts: (slack.clock.toRealDate(slack.clock.now()).getTime() / 1000).toFixed(6),
      },
    ],
  };
  return new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
}

function domainOf({ name }: SlackOrganization): string {
  return name.toLowerCase().replaceAll(/\W+/g, "-");
}

function nameOf(workspace: SlackOrganization, userId: string): string {
  return peopleOf(workspace).find(({ id }) => id === userId)?.name ?? userId;
}
