import { controlConflict } from "../control-error.ts";
import type { DeliveryQueue } from "../delivery-queue.ts";
import {
  deliverOnce,
  deliverWithRetries,
  type OpenDelivery,
  type SlackEventDelivery,
} from "./event-delivery.ts";
import {
  type EventPlace,
  type SlackEvent,
  toEnvelope,
  toUrlVerification,
} from "./event-envelope.ts";
import { type EventResponse, type EventTarget, postEvent } from "./event-request.ts";
import type { SlackOrganization } from "./organizations.ts";
import type { SlackRegistration } from "./registration.ts";
import type { SlackSettings } from "./settings.ts";

/** Limits the memory of a server that runs for days. */
const MAX_DELIVERIES = 20_000;

/** An event with any content, and optionally an old timestamp or another signing secret. */
export interface CustomEvent<Organization> {
  readonly organization: Organization;
  readonly event: SlackEvent;
  readonly secondsAgo?: number | undefined;
  readonly signingSecret?: string | undefined;
  /** The id of another app, as `api_app_id`. */
  readonly appId?: string | undefined;
  /** Replaces fields of the envelope, such as `authorizations`. */
  readonly envelope?: Readonly<Record<string, unknown>> | undefined;
}

/** The events of the app, oldest first. */
export interface SlackEvents {
  /** Sends an event in the background, or holds it back. Without an events URL it does nothing. */
  emit(organization: SlackOrganization, event: SlackEvent, place?: EventPlace): void;
  list(): SlackEventDelivery[];
  /** Sends an event now, once: a held one for the first time, any other as a retry. */
  deliver(id: string): Promise<SlackEventDelivery>;
  /** Sends these held events in this order, with retries; without ids all of them. */
  release(ids?: readonly string[]): Promise<void>;
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
  readonly queue: DeliveryQueue;
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
  queue: DeliveryQueue,
): SlackEvents {
  const outbox: Outbox = {
    registration,
    // A manifest changes the registration.
    get target() {
      return targetOf(registration);
    },
    queue,
    underWay: new Set(),
    settings,
    deliveries: [],
    stop: new AbortController(),
  };

  return {
    emit: (organization, event, place) => emit(outbox, organization, { event, place }),
    list: () => outbox.deliveries.map(toDelivery),
    deliver: (id) => deliver(outbox, id),
    release: (ids) => release(outbox, ids),
    send: (event) => send(outbox, event),
    verifyUrl: (challenge) => verifyUrl(outbox, challenge),

    async settled() {
      while (outbox.underWay.size > 0) await Promise.all(outbox.underWay);
    },

    clear() {
      outbox.stop.abort();
      queue.clear();
      outbox.stop = new AbortController();
      outbox.deliveries = [];
    },
  };
}

function emit(
  outbox: Outbox,
  organization: SlackOrganization,
  { event, place }: { event: SlackEvent; place: EventPlace | undefined },
): void {
  if (!outbox.target) return;
  const envelope = toEnvelope(outbox.registration, organization, event, place && { place });
  const delivery = add(outbox, organization, envelope);
  if (!outbox.settings().holdEvents) start(outbox, outbox.target, delivery);
}

/** Sends an event with its retries, and as often as the rules say. */
function start(outbox: Outbox, target: EventTarget, delivery: OpenDelivery): void {
  const { queue, settings, underWay } = outbox;
  const { signal } = outbox.stop;
  const { retryDelaysSeconds: delaysSeconds } = settings();
  delivery.state = "under_way";
  const copies = Array.from({ length: queue.rules().copies - 1 }, () =>
    queue.run(async () => {
      const timeoutMs = queue.rules().timeout_milliseconds;
      await deliverOnce(target, delivery, { timeoutMs, signal });
    }),
  );
  const all = [deliverWithRetries(target, delivery, { queue, delaysSeconds, signal }), ...copies];
  for (const work of all) {
    underWay.add(work);
    work.finally(() => underWay.delete(work));
  }
}

async function release(outbox: Outbox, ids?: readonly string[]): Promise<void> {
  const target = requireTarget(outbox.target);
  for (const id of ids ?? outbox.deliveries.map((delivery) => delivery.id)) {
    const delivery = outbox.deliveries.find((known) => known.id === id);
    if (delivery?.state === "held") start(outbox, target, delivery);
  }
  while (outbox.underWay.size > 0) await Promise.all(outbox.underWay);
}

function add(
  outbox: Outbox,
  organization: SlackOrganization,
  envelope: ReturnType<typeof toEnvelope>,
): OpenDelivery {
  const delivery: OpenDelivery = {
    id: envelope.event_id,
    type: envelope.event.type,
    organization: organization.id,
    state: "held",
    attempts: [],
    body: JSON.stringify(envelope),
  };
  outbox.deliveries = [...outbox.deliveries, delivery].slice(-MAX_DELIVERIES);
  return delivery;
}

async function deliver(
  { target, deliveries, queue, stop }: Outbox,
  id: string,
): Promise<SlackEventDelivery> {
  const delivery = deliveries.find((known) => known.id === id);
  if (!delivery) throw controlConflict(`There is no event ${id}.`);
  const timeoutMs = queue.rules().timeout_milliseconds;
  await deliverOnce(requireTarget(target), delivery, { timeoutMs, signal: stop.signal });
  return toDelivery(delivery);
}

async function send(
  outbox: Outbox,
  { organization, event, secondsAgo, signingSecret, ...changes }: CustomEvent<SlackOrganization>,
): Promise<SlackEventDelivery> {
  const to = requireTarget(outbox.target);
  const { appId, envelope: fields } = changes;
  const envelope = toEnvelope(outbox.registration, organization, event, { appId, fields });
  const delivery = add(outbox, organization, envelope);
  const signed = signingSecret === undefined ? to : { ...to, signingSecret };
  const timeoutMs = outbox.queue.rules().timeout_milliseconds;
  await deliverOnce(signed, delivery, { secondsAgo, timeoutMs, signal: outbox.stop.signal });
  return toDelivery(delivery);
}

async function verifyUrl(
  { target, queue, stop }: Outbox,
  challenge: string,
): Promise<EventResponse> {
  return postEvent(requireTarget(target), {
    body: JSON.stringify(toUrlVerification(challenge)),
    retry: 0,
    retryReason: "http_error",
    secondsAgo: 0,
    timeoutMs: queue.rules().timeout_milliseconds,
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
