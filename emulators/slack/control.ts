import * as v from "valibot";
import type { SlackSettings } from "./context.ts";
import type { SlackDelivery } from "./event-delivery.ts";
import type { EventAnswer } from "./event-request.ts";
import type { MadeUpEvent, SlackEvents } from "./events.ts";
import { OrganizationId, organizationOf } from "./organizations.ts";

/** What can be done to Slack from outside. Whoever removes the app uses `revoke` of all platforms. */
export interface SlackControl {
  /** Changes the settings that are given; a reset brings back the first ones. */
  configure(settings: Partial<SlackSettings>): void;
  /** The events that were sent or are held, oldest first. */
  events(): SlackDelivery[];
  /** Sends an event now: a held one for the first time, any other again, as a retry. */
  deliver(id: string): Promise<SlackDelivery>;
  /** Sends an event that did not happen, once; its organization is the id of one. */
  send(madeUp: MadeUpEvent<string>): Promise<SlackDelivery>;
  /** Asks the app whether the events URL is its own, as saving that URL does. */
  verifyUrl(challenge?: string): Promise<EventAnswer>;
  /** Resolves when no delivery is under way, retries included. */
  settled(): Promise<void>;
}

/** Slack's settings, which a control object changes. */
export interface SettingsHolder {
  get(): SlackSettings;
  set(settings: SlackSettings): void;
}

/** The control object of Slack. */
export function createSlackControl(events: SlackEvents, settings: SettingsHolder): SlackControl {
  return {
    configure: (changes) => settings.set({ ...settings.get(), ...changes }),
    events: () => events.list(),
    deliver: (id) => events.deliver(id),

    send(madeUp) {
      const organization = organizationOf(v.parse(OrganizationId, madeUp.organization));
      return events.send({ ...madeUp, organization });
    },

    verifyUrl: (challenge = "challenge") => events.verifyUrl(challenge),
    settled: () => events.settled(),
  };
}
