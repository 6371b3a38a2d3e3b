import * as v from "valibot";
import type { SlackEventDelivery } from "./event-delivery.ts";
import type { EventResponse } from "./event-request.ts";
import type { CustomEvent, SlackEvents } from "./events.ts";
import { organizationOf, SlackOrganizationId } from "./organizations.ts";
import type { SlackSettings } from "./settings.ts";

/** Controls Slack. To remove the app from an organization, use `revoke` of the emulators. */
export interface SlackControl {
  /** Changes the given settings; a reset restores the initial ones. */
  configure(settings: Partial<SlackSettings>): void;
  /** Returns the events that were sent or are held back, oldest first. */
  events(): SlackEventDelivery[];
  /** Sends an event now: a held one for the first time, any other again, as a retry. */
  deliver(id: string): Promise<SlackEventDelivery>;
  /** Sends an event with any content, once, about the organization of an id. */
  send(event: CustomEvent<string>): Promise<SlackEventDelivery>;
  /** Sends the challenge that verifies the events URL, as Slack does when the URL is saved. */
  verifyUrl(challenge?: string): Promise<EventResponse>;
  /** Resolves when no delivery is pending, including retries. */
  settled(): Promise<void>;
}

/** Slack's settings, which the control changes. */
export interface SettingsHolder {
  get(): SlackSettings;
  set(settings: SlackSettings): void;
}

/** Creates the control of Slack. */
export function createSlackControl(events: SlackEvents, settings: SettingsHolder): SlackControl {
  return {
    configure: (changes) => settings.set({ ...settings.get(), ...changes }),
    events: () => events.list(),
    deliver: (id) => events.deliver(id),

    send(event) {
      const organization = organizationOf(v.parse(SlackOrganizationId, event.organization));
      return events.send({ ...event, organization });
    },

    verifyUrl: (challenge = "challenge") => events.verifyUrl(challenge),
    settled: () => events.settled(),
  };
}
