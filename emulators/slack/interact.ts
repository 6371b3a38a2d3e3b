import * as v from "valibot";
import { buttonsOf } from "./buttons.ts";
import type { Channel } from "./channels.ts";
import type { SlackContext } from "./context.ts";
import { installIn } from "./installs.ts";
import { type Interaction, toClickForm, toCommandForm } from "./interaction-payloads.ts";
import type { InteractionRequest } from "./interaction-requests.ts";
import { messagesIn, postMessage } from "./messages.ts";
import { botUserIdOf, type SlackOrganization } from "./organizations.ts";

/** The user id of Slack itself, which says that a command failed. */
export const SLACKBOT = "USLACKBOT";

/** A reason why nothing was sent to the app. */
interface Refusal {
  readonly refusal: string;
}

/** The response to a slash command, as JSON. */
const CommandResponse = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({
    text: v.optional(v.string(), ""),
    blocks: v.optional(v.nullable(v.array(v.record(v.string(), v.unknown()))), null),
    response_type: v.optional(v.picklist(["in_channel", "ephemeral"]), "ephemeral"),
  }),
);

/**
 * Runs a slash command of a person, and shows the response in the channel, by default to that person only.
 *
 * @see [Responding to commands](https://docs.slack.dev/interactivity/implementing-slash-commands#responding_to_commands)
 */
export async function runCommand(
  slack: SlackContext,
  channel: Channel,
  { userId, command, text }: { userId: string; command: string; text: string },
): Promise<InteractionRequest | Refusal> {
  const install = installIn(slack, channel.workspace);
  const isKnown = slack.registration.commands.some((known) => known === command);
  if (!install?.scopes.includes("commands") || !isKnown) {
    return { refusal: `${command} is not a valid command.` };
  }
  const started = startInteraction(slack, channel, { userId, installed: install.organization });
  const body = toCommandForm(slack, started, { command, text });
  const request = { type: "slash_command", channel: channel.id, userId, body } as const;
  const sent = await slack.interactionRequests.send(request);
  if (!sent) return NO_URL;
  showResponse(slack, started, command, sent);
  await slack.flush();
  return sent;
}

/** Clicks on a button of a message as a person. Slack ignores the body of the response. */
export async function clickButton(
  slack: SlackContext,
  channel: Channel,
  { userId, ts, actionId }: { userId: string; ts: string; actionId: string },
): Promise<InteractionRequest | Refusal> {
  const message = messagesIn(slack, channel).find((known) => known.ts === ts);
  const button = message && buttonsOf(message).find((known) => known.actionId === actionId);
  if (!message || !button) return { refusal: `The message has no button ${actionId}.` };
  const install = installIn(slack, channel.workspace);
  if (!install) return { refusal: "The app is not installed." };
  const started = startInteraction(slack, channel, { userId, installed: install.organization });
  const body = toClickForm(slack, started, { message, button });
  const request = { type: "block_actions", channel: channel.id, userId, body } as const;
  return (await slack.interactionRequests.send(request)) ?? NO_URL;
}

const NO_URL: Refusal = { refusal: "The Slack app has no URL for interactions." };

function startInteraction(
  slack: SlackContext,
  channel: Channel,
  { userId, installed }: { userId: string; installed: SlackOrganization },
): Interaction {
  const source = { channel: channel.id, userId, organization: installed.id };
  const { triggerId, responseId } = slack.interactions.start(source);
  const responseUrl = `${slack.url}/actions/${responseId}`;
  return { installed, channel, userId, triggerId, responseUrl };
}

function showResponse(
  slack: SlackContext,
  { installed, channel, userId }: Interaction,
  command: string,
  { failure, response, contentType }: InteractionRequest,
): void {
  if (failure !== null) {
    const error = failure === "http_timeout" ? "operation_timeout" : "dispatch_failed";
    const text = `${command} failed with the error "${error}"`;
    postMessage(slack, channel, { text, userId: SLACKBOT, isBot: false, visibleTo: userId });
    return;
  }
  if (response.trim() === "") return;
  const json = contentType?.includes("json") ? v.safeParse(CommandResponse, response) : undefined;
  const content = json?.success
    ? json.output
    : { text: response, blocks: null, response_type: "ephemeral" };
  postMessage(slack, channel, {
    text: content.text,
    blocks: content.blocks,
    userId: botUserIdOf(installed),
    isBot: true,
    visibleTo: content.response_type === "ephemeral" ? userId : null,
  });
}
