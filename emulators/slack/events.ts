import { refusal } from "../control-error.ts";
import type { SlackSettings } from "./context.ts";
import {
  deliverOnce,
  deliverWithRetries,
  type OpenDelivery,
  type SlackDelivery,
} from "./event-delivery.ts";
import { type SlackEvent, toEnvelope, toUrlVerification } from "./event-envelope.ts";
import { type EventAnswer, type EventTarget, postEvent } from "./event-request.ts";
import type { SlackOrganization } from "./organizations.ts";
import type { SlackRegistration } from "./registration.ts";

/** Bounds the memory of a server that is left running for days. */
const MAX_DELIVERIES = 1000;

/** An event that somebody made up, and what is wrong with its signature, if anything. */
export interface MadeUpEvent<Organization> {
  readonly organization: Organization;
  readonly event: SlackEvent;
  readonly secondsAgo?: number | undefined;
  readonly signingSecret?: string | undefined;
}

/** The events of the app, newest last. */
export interface SlackEvents {
  /** Sends an event in the background, or holds it; without an events URL there are no events. */
  emit(organization: SlackOrganization, event: SlackEvent): void;
  list(): SlackDelivery[];
  /** Sends an event now, once: a held one for the first time, any other as a retry. */
  deliver(id: string): Promise<SlackDelivery>;
  /** Sends an event that somebody made up, once. */
  send(madeUp: MadeUpEvent<SlackOrganization>): Promise<SlackDelivery>;
  /** Asks the app whether the events URL is its own. */
  verifyUrl(challenge: string): Promise<EventAnswer>;
  /** Resolves when no delivery is under way, retries included. */
  settled(): Promise<void>;
  /** Forgets all events and ends their deliveries. */
  clear(): void;
}

/** The events of one app, and what is needed to send them. */
interface Outbox {
  readonly registration: SlackRegistration;
  readonly target: EventTarget | undefined;
  readonly underWay: Set<Promise<void>>;
  settings(): SlackSettings;
  deliveries: OpenDelivery[];
  /** Ends all deliveries; another one takes its place then. */
  stop: AbortController;
}

/** The outbox of an app, empty. */
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
    send: (madeUp) => send(outbox, madeUp),
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

async function deliver({ target, deliveries, stop }: Outbox, id: string): Promise<SlackDelivery> {
  const delivery = deliveries.find((known) => known.id === id);
  if (!delivery) throw refusal(`Slack knows no event ${id}.`);
  await deliverOnce(present(target), delivery, { signal: stop.signal });
  return toDelivery(delivery);
}

async function send(
  outbox: Outbox,
  { organization, event, secondsAgo, signingSecret }: MadeUpEvent<SlackOrganization>,
): Promise<SlackDelivery> {
  const to = present(outbox.target);
  const delivery = add(outbox, organization, event);
  const signedBy = signingSecret === undefined ? to : { ...to, signingSecret };
  await deliverOnce(signedBy, delivery, { secondsAgo, signal: outbox.stop.signal });
  return toDelivery(delivery);
}

async function verifyUrl({ target, stop }: Outbox, challenge: string): Promise<EventAnswer> {
  return postEvent(present(target), {
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

function present(target: EventTarget | undefined): EventTarget {
  if (!target) throw refusal("The Slack app has no events URL, or no signing secret.");
  return target;
}

function toDelivery({ attempts, ...delivery }: OpenDelivery): SlackDelivery {
  return { ...delivery, attempts: [...attempts] };
}
