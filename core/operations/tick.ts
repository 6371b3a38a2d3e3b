import { MIN_TIME_FOR_REFRESH_MS, STATEMENT_MS } from "../deadlines.ts";
import { type ErrorCode, toServiceError } from "../errors.ts";
import type { DueWorkFinder } from "../ports/due-work.ts";
import type { EventSender } from "../ports/installation-events.ts";
import type { PendingEvents } from "../ports/pending-events.ts";
import type { Redeliveries } from "../ports/redeliveries.ts";
import { redeliver } from "../webhooks/redeliver.ts";
import { type SendOutboxDeps, sendOutbox } from "../webhooks/send-outbox.ts";
import { inParallel } from "./in-parallel.ts";
import { refreshInstallation } from "./refresh-installation.ts";
import { type RegisterInstallationDeps, registerInstallation } from "./register-installation.ts";

/** The limits of one run. The next one, two minutes later, does the rest. */
const MAX_COUNT = 100;
/** Another step is started only with this much time left: a refresh, and the statements around it. */
const MIN_TIME_MS = MIN_TIME_FOR_REFRESH_MS + STATEMENT_MS;
const EVENTS_PER_STEP = 10;
/** During an outage of the platform, each takes as long as its calls may. */
const PARALLEL_REFRESHES = 10;
/** Longer than a run, so that two runs do not send the same event. */
const EVENT_RETRY_SECONDS = 115;

export interface TickDeps extends RegisterInstallationDeps, SendOutboxDeps {
  readonly dueWork: DueWorkFinder;
  readonly redeliveries: Redeliveries;
  readonly pendingEvents: PendingEvents;
  readonly sender: EventSender;
}

export interface TickResult {
  /** How many stored events the bus has taken. */
  readonly sent: number;
  /** How many deliveries of the outbox the bus has taken. */
  readonly delivered: number;
  /** How many deliveries that may be lost were requested again from their platform. */
  readonly redelivered: number;
  /** How many installations with a refresh of unknown outcome got new tokens. */
  readonly refreshed: number;
  /** How many grants were to end, and have ended. */
  readonly ended: number;
  /** For how many installations webhooks were registered. */
  readonly webhooks: number;
  /** How many events, deliveries, refreshes, ends and registrations failed. */
  readonly failed: number;
  /** How many refreshes, ends and registrations failed with each error code. */
  readonly failures: Readonly<Partial<Record<ErrorCode, number>>>;
}

type Counts = { -readonly [Name in keyof TickResult]: TickResult[Name] };

/**
 * Does what cannot wait for the sweep: sends events and deliveries that the bus has not taken, tries refreshes of unknown
 * outcome again where the platform accepts a used refresh token for a while, ends grants that are due, and registers
 * webhooks that an install could not register.
 *
 * With nothing due, it is one statement.
 *
 * @throws {ServiceError} `retry_later`
 */
export async function tick(
  deps: TickDeps,
  { remainingMs }: { remainingMs: () => number },
): Promise<TickResult> {
  const kinds = deps.providers
    .filter(({ reuseLeewaySeconds }) => reuseLeewaySeconds > 0)
    .map(({ kind }) => kind);
  const webhookKinds = deps.providers
    .filter(({ dynamicWebhooks }) => dynamicWebhooks)
    .map(({ kind }) => kind);
  const due = await deps.dueWork.find({ kinds, webhookKinds, count: MAX_COUNT });
  const counts: Counts = {
    sent: 0,
    delivered: 0,
    redelivered: 0,
    refreshed: 0,
    ended: 0,
    webhooks: 0,
    failed: 0,
    failures: {},
  };
  const hasTime = () => remainingMs() >= MIN_TIME_MS;

  if (due.hasDueEvents) await sendEvents(deps, counts, hasTime);
  if (due.hasDueDeliveries) {
    const { sent, failed } = await sendOutbox(deps, hasTime);
    counts.delivered += sent;
    counts.failed += failed;
  }
  if (due.isScanDue) await requestAgain(deps, counts, hasTime);
  const parallel = { count: PARALLEL_REFRESHES, hasTime };
  await inParallel(due.openRefreshes, parallel, async (id) => {
    await attempt(counts, "refreshed", () => refreshInstallation(deps, id, remainingMs));
  });
  for (const id of due.endedGrants) {
    if (!hasTime()) break;
    await attempt(counts, "ended", () => deps.tokens.endExpired(id));
  }
  await inParallel(due.webhooks, parallel, async (id) => {
    await attempt(counts, "webhooks", () => registerInstallation(deps, id, remainingMs));
  });
  return counts;
}

/** Sends due events, a few at a time. Stops when the bus takes none of them. */
async function sendEvents(
  { pendingEvents, sender }: TickDeps,
  counts: Counts,
  hasTime: () => boolean,
): Promise<void> {
  for (let left = MAX_COUNT; left > 0 && hasTime(); left -= EVENTS_PER_STEP) {
    const request = { count: EVENTS_PER_STEP, retrySeconds: EVENT_RETRY_SECONDS };
    const events = await pendingEvents.takeDue(request);
    const taken = await Promise.all(events.map((event) => sender.send(event)));
    const sent = taken.filter(Boolean).length;
    counts.sent += sent;
    counts.failed += events.length - sent;
    if (sent === 0 || events.length < EVENTS_PER_STEP) return;
  }
}

/** Requests deliveries again where a platform has a history of them. A failure does not keep others from being tried. */
async function requestAgain(
  { providers, redeliveries }: TickDeps,
  counts: Counts,
  hasTime: () => boolean,
): Promise<void> {
  for (const { deliveryHistory: history } of providers) {
    if (!history) continue;
    try {
      counts.redelivered += await redeliver({ redeliveries, history }, hasTime);
    } catch (error) {
      countFailure(counts, error);
    }
  }
}

/** Does one step, and counts it if it had an effect. A failure does not keep others from being tried. */
async function attempt(
  counts: Counts,
  name: "refreshed" | "ended" | "webhooks",
  step: () => Promise<boolean>,
): Promise<void> {
  try {
    if (await step()) counts[name] += 1;
  } catch (error) {
    countFailure(counts, error);
  }
}

function countFailure(counts: Counts, error: unknown): void {
  const { code } = toServiceError(error);
  counts.failed += 1;
  counts.failures = { ...counts.failures, [code]: (counts.failures[code] ?? 0) + 1 };
}
