import { controlConflict } from "../control-error.ts";
import {
  deliverOnce,
  deliverWithRetries,
  type OpenDelivery,
  type SlackEventDelivery,
} from "./event-delivery.ts";
import { type SlackEvent, toEnvelope, toUrlVerification } from "./event-envelope.ts";
import { type EventResponse, type EventTarget, postEvent } from "./event-request.ts";
import type { SlackOrganization } from "./organizations.ts";
import type { SlackRegistration } from "./registration.ts";
import type { SlackSettings } from "./settings.ts";

/** Limits the memory of a server that runs for days. */
const MAX_DELIVERIES = 1000;

/** An event with any content, and optionally an old timestamp or another signing secret. */
export interface CustomEvent<Organization> {
  readonly organization: Organization;
  readonly event: SlackEvent;
  readonly secondsAgo?: number | undefined;
  readonly signingSecret?: string | undefined;
}

/** The events of the app, oldest first. */
export interface SlackEvents {
  /** Sends an event in the background, or holds it back. Without an events URL it does nothing. */
  emit(organization: SlackOrganization, event: SlackEvent): void;
  list(): SlackEventDelivery[];
  /** Sends an event now, once: a held one for the first time, any other as a retry. */
  deliver(id: string): Promise<SlackEventDelivery>;
  /** Sends an event with any content, once. */
  send(event: CustomEvent<SlackOrganization>): Promise<SlackEventDelivery>;
  /** Sends the challenge that verifies the events URL. */
  verifyUrl(challenge: string): Promise<EventResponse>;
  /** Resolves when no delivery is pending, including retries. */
  settled(): Promise<void>;
  /** Deletes all events and aborts their deliveries. */
  clear(): void;
}

/** The events of one app, and what is needed to send them. */
interface Outbox {
  readonly registration: SlackRegistration;
  readonly target: EventTarget | undefined;
  readonly underWay: Set<Promise<void>>;
  settings(): SlackSettings;
  deliveries: OpenDelivery[];
  /** Aborts all deliveries, and is then replaced. */
  stop: AbortController;
}

/** Creates the events of an app, with an empty outbox. */
export function createSlackEvents(
  registration: SlackRegistration,
  settings: () => SlackSettings,
): SlackEvents {
  const outbox: Outbox = {
    registration,
    target: targetOf(registration),
    underWay: new Set(),
    settings,
    deliveries: [],
    stop: new AbortController(),
  };

  return {
    emit: (organization, event) => emit(outbox, organization, event),
    list: () => outbox.deliveries.map(toDelivery),
    deliver: (id) => deliver(outbox, id),
    send: (event) => send(outbox, event),
    verifyUrl: (challenge) => verifyUrl(outbox, challenge),

    async settled() {
      while (outbox.underWay.size > 0) await Promise.all(outbox.underWay);
    },

    clear() {
      outbox.stop.abort();
      outbox.stop = new AbortController();
      outbox.deliveries = [];
    },
  };
}

function emit(outbox: Outbox, organization: SlackOrganization, event: SlackEvent): void {
  const { target, underWay, settings, stop } = outbox;
  if (!target) return;

  const delivery = add(outbox, organization, event);
  const { holdEvents, retryDelaysSeconds: delaysSeconds } = settings();
  if (holdEvents) return;
  const { signal } = stop;
  const work = deliverWithRetries(target, delivery, { delaysSeconds, signal });
  underWay.add(work);
  work.finally(() => underWay.delete(work));
}

function add(outbox: Outbox, organization: SlackOrganization, event: SlackEvent): OpenDelivery {
  const envelope = toEnvelope(outbox.registration, organization, event);
  const delivery: OpenDelivery = {
    id: envelope.event_id,
    type: event.type,
    organization: organization.id,
    state: "held",
    attempts: [],
    body: JSON.stringify(envelope),
  };
  outbox.deliveries = [...outbox.deliveries, delivery].slice(-MAX_DELIVERIES);
  return delivery;
}

async function deliver(
  { target, deliveries, stop }: Outbox,
  id: string,
): Promise<SlackEventDelivery> {
  const delivery = deliveries.find((known) => known.id === id);
  if (!delivery) throw controlConflict(`There is no event ${id}.`);
  await deliverOnce(requireTarget(target), delivery, { signal: stop.signal });
  return toDelivery(delivery);
}

async function send(
  outbox: Outbox,
  { organization, event, secondsAgo, signingSecret }: CustomEvent<SlackOrganization>,
): Promise<SlackEventDelivery> {
  const to = requireTarget(outbox.target);
  const delivery = add(outbox, organization, event);
  const signed = signingSecret === undefined ? to : { ...to, signingSecret };
  await deliverOnce(signed, delivery, { secondsAgo, signal: outbox.stop.signal });
  return toDelivery(delivery);
}

async function verifyUrl({ target, stop }: Outbox, challenge: string): Promise<EventResponse> {
  return postEvent(requireTarget(target), {
    body: JSON.stringify(toUrlVerification(challenge)),
    retry: 0,
    retryReason: "http_error",
    secondsAgo: 0,
    signal: stop.signal,
  });
}

function targetOf({ eventsUrl, signingSecret }: SlackRegistration): EventTarget | undefined {
  if (eventsUrl === undefined || signingSecret === undefined) return undefined;
  return { url: eventsUrl, signingSecret };
}

function requireTarget(target: EventTarget | undefined): EventTarget {
  if (!target) throw controlConflict("The Slack app has no events URL, or no signing secret.");
  return target;
}

function toDelivery({ attempts, ...delivery }: OpenDelivery): SlackEventDelivery {
  return { ...delivery, attempts: [...attempts] };
}
