import * as v from "valibot";
import { type DeliveryQueue, DeliveryRules } from "../delivery-queue.ts";
import type { SlackContext } from "./context.ts";
import type { SlackEventDelivery } from "./event-delivery.ts";
import type { EventResponse } from "./event-request.ts";
import type { CustomEvent } from "./events.ts";
import {
  channelOf,
  createInteractionControl,
  type InteractionControl,
} from "./interaction-control.ts";
import { organizationOf, SlackOrganizationId } from "./organizations.ts";
import type { SlackSettings } from "./settings.ts";
import { expireAccessTokens } from "./tokens.ts";

/** Controls Slack. To remove the app from an organization, use `revoke` of the emulators. */
export interface SlackControl extends InteractionControl {
  /** Changes the given settings; a reset restores the initial ones. */
  configure(settings: Partial<SlackSettings>): void;
  /** Returns the events that were sent or are held back, oldest first. */
  events(): SlackEventDelivery[];
  /** Sends an event now: a held one for the first time, any other again, as a retry. */
  deliver(id: string): Promise<SlackEventDelivery>;
  /** Sends these held events in this order, with retries; without ids all of them. */
  release(ids?: readonly string[]): Promise<void>;
  /** Changes how events are sent, and returns all rules; a reset restores the initial ones. */
  configureDelivery(rules: v.InferInput<typeof DeliveryRules>): DeliveryRules;
  /** Sends an event with any content, once, about the organization of an id. */
  send(event: CustomEvent<string>): Promise<SlackEventDelivery>;
  /** Sends the challenge that verifies the events URL, as Slack does when the URL is saved. */
  verifyUrl(challenge?: string): Promise<EventResponse>;
  /** Interacts with the app in a channel as its installer, and returns what Slack sends with that. */
  interact(organization: string, channel: string): Interaction;
  /** Expires the access tokens of an organization now. Their refresh tokens stay valid. */
  expireTokens(organization: string): Promise<void>;
  /** Resolves when no delivery is pending, including retries. */
  settled(): Promise<void>;
}

/** A slash command or a click, as far as the app needs it to respond. */
interface Interaction {
  /** Opens a modal, for three seconds. */
  readonly triggerId: string;
  /** Takes five messages, for half an hour. */
  readonly responseUrl: string;
  readonly channel: string;
  readonly userId: string;
}

/** Slack's settings, which the control changes. */
export interface SettingsHolder {
  readonly queue: DeliveryQueue;
  get(): SlackSettings;
  set(settings: SlackSettings): void;
}

/** Creates the control of Slack. */
export function createSlackControl(slack: SlackContext, settings: SettingsHolder): SlackControl {
  const { events } = slack;
  return {
    configure: (changes) => settings.set({ ...settings.get(), ...changes }),
    events: () => events.list(),
    deliver: (id) => events.deliver(id),
    release: (ids) => events.release(ids),

    configureDelivery(rules) {
      settings.queue.configure(v.parse(DeliveryRules, rules));
      return settings.queue.rules();
    },

    send(event) {
      const organization = organizationOf(v.parse(SlackOrganizationId, event.organization));
      return events.send({ ...event, organization });
    },

    verifyUrl: (challenge = "challenge") => events.verifyUrl(challenge),

    ...createInteractionControl(slack),

    interact(organization, channel) {
      const found = channelOf(organization, channel);
      const userId = found.workspace.installerId;
      const started = slack.interactions.start({ channel: found.id, userId, organization });
      return {
        triggerId: started.triggerId,
        responseUrl: `${slack.url}/actions/${started.responseId}`,
        channel: found.id,
        userId,
      };
    },

    async expireTokens(organization) {
      expireAccessTokens(slack, organizationOf(v.parse(SlackOrganizationId, organization)));
      await slack.flush();
    },

    settled: () => events.settled(),
  };
}
