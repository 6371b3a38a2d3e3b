import * as v from "valibot";
import { controlConflict } from "../control-error.ts";
import { type Channel, findChannel } from "./channels.ts";
import type { SlackContext, SlackMessage } from "./context.ts";
import { clickButton, runCommand } from "./interact.ts";
import type { InteractionRequest } from "./interaction-requests.ts";
import { postMessage } from "./messages.ts";
import { organizationOf, SlackOrganizationId } from "./organizations.ts";

const place = { organization: SlackOrganizationId, channel: v.string() };
const person = { ...place, user: v.exactOptional(v.string()) };

/** A message. With `app`, the id of another app, that app posts it. */
export const PostInput = v.strictObject({
  ...person,
  text: v.pipe(v.string(), v.minLength(1), v.maxLength(40_000)),
  app: v.exactOptional(v.pipe(v.string(), v.regex(/^A[A-Z\d]{1,20}$/, "not the id of an app"))),
});

/** A slash command. */
export const CommandInput = v.strictObject({
  ...person,
  command: v.pipe(v.string(), v.startsWith("/")),
  text: v.exactOptional(v.string()),
});

/** A click on a button of a message. */
export const ClickInput = v.strictObject({ ...person, ts: v.string(), action_id: v.string() });

/** Does what people do in channels. A call that the current state does not allow rejects with a conflict. */
export interface InteractionControl {
  /** Posts a message in a channel as a person, by default the installer, or as another app. */
  post(input: v.InferInput<typeof PostInput>): Promise<SlackMessage>;
  /** Runs a slash command as a person, and resolves with the response of the app. */
  command(input: v.InferInput<typeof CommandInput>): Promise<InteractionRequest>;
  /** Clicks on a button of a message as a person, and resolves with the response of the app. */
  click(input: v.InferInput<typeof ClickInput>): Promise<InteractionRequest>;
  /** Returns the clicks and commands with their responses, oldest first. */
  interactions(): InteractionRequest[];
}

/** Creates the control of what people do in channels. */
export function createInteractionControl(slack: SlackContext): InteractionControl {
  return {
    async post(input) {
      const { organization, channel: name, user, text, app } = v.parse(PostInput, input);
      const channel = channelOf(organization, name);
      const userId = app ? app.replace(/^./, "U") : (user ?? channel.workspace.installerId);
      const author = { userId, isBot: app !== undefined, otherAppId: app ?? null };
      const message = postMessage(slack, channel, { text, ...author });
      await slack.flush();
      return message;
    },

    async command(input) {
      const {
        organization,
        channel: name,
        user,
        command,
        text = "",
      } = v.parse(CommandInput, input);
      const channel = channelOf(organization, name);
      const userId = user ?? channel.workspace.installerId;
      return sentOf(await runCommand(slack, channel, { userId, command, text }));
    },

    async click(input) {
      const { organization, channel: name, user, ts, action_id } = v.parse(ClickInput, input);
      const channel = channelOf(organization, name);
      const userId = user ?? channel.workspace.installerId;
      return sentOf(await clickButton(slack, channel, { userId, ts, actionId: action_id }));
    },

    interactions: () => slack.interactionRequests.list(),
  };
}

/** Returns a channel of a workspace or organization; throws a conflict if there is none. */
export function channelOf(organization: string, reference: string): Channel {
  const found = findChannel(organizationOf(v.parse(SlackOrganizationId, organization)), reference);
  if (!found) throw controlConflict(`${organization} has no channel ${reference}.`);
  return found;
}

function sentOf(result: Awaited<ReturnType<typeof runCommand>>): InteractionRequest {
  if ("refusal" in result) throw controlConflict(result.refusal);
  return result;
}
