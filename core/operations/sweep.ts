import { SWEEP_STATEMENT_MS, toBudgetMs } from "../deadlines.ts";
import { type ErrorCode, toServiceError } from "../errors.ts";
import type { InstallationKind } from "../installation.ts";
import { type ReconcileDeps, reconcile } from "../installations/reconcile.ts";
import { configurationOf } from "../installations/register-webhooks.ts";
import type { Expiry } from "../ports/expiry.ts";
import type { InstallationCounts } from "../ports/installation-counts.ts";
import type { OAuthProvider } from "../ports/provider.ts";
import { inParallel, throwFirst } from "./in-parallel.ts";
import { refreshInstallation } from "./refresh-installation.ts";
import { type RegisterInstallationDeps, registerInstallation } from "./register-installation.ts";

/** Refresh tokens that are not used expire after 90 days at the earliest, at any platform. */
const IDLE = { idleDays: 30, endsInDays: 30 };
/** How many installations are found at once. */
const BATCH = 1_000;
/**
 * An installation that was not refreshed is passed over for a day, so that it does not hold up others. So is a
 * suspended one that was checked.
 */
const PASS_OVER = { seconds: 24 * 3_600 };
/** For each kind of app: during an outage of the platform, each installation takes as long as its calls may. */
const PARALLEL = 4;
/** Another installation is refreshed or checked only with this much time left: for its refresh, and to delete rows. */
const MIN_TIME_MS = 90_000;
/** Another batch of rows is changed only with this much time left: for its statement, and the response. */
const MIN_TIME_FOR_BATCH_MS = toBudgetMs(SWEEP_STATEMENT_MS) + 5_000;

export interface SweepDeps extends RegisterInstallationDeps, ReconcileDeps {
  readonly expiry: Expiry;
  readonly counts: InstallationCounts;
}

interface Counts {
  refreshed: number;
  /** How many suspended installations are not suspended any more. */
  unsuspended: number;
  /** For how many installations webhooks were registered or extended. */
  webhooks: number;
  /** How many installations could not be refreshed, checked or given webhooks, with or without an error. */
  failed: number;
  /** How many of these failed with each error code. */
  failures: Readonly<Partial<Record<ErrorCode, number>>>;
}

export interface SweepResult extends Readonly<Counts> {
  /** How many expired rows were deleted. */
  readonly removed: number;
  /** How many ended grants lost their tokens, after the retention time. */
  readonly wiped: number;
}

/** One run of the sweep. */
interface Run {
  readonly deps: SweepDeps;
  readonly counts: Counts;
  readonly remainingMs: () => number;
  /** Returns whether another installation may be refreshed or checked. */
  readonly hasTime: () => boolean;
}

/**
 * Refreshes tokens whose refresh token would expire unused, asks the platforms once a day about suspended
 * installations (the webhook of the end of a suspension may be lost), registers and extends webhooks, deletes the
 * tokens of grants that ended long ago, deletes expired rows, stores the keys that lists find installations by, and
 * counts the installations. Each step is taken also if another one fails.
 *
 * Each run continues where the last one ended: an installation that was refreshed is not idle any more, and
 * one that was not is passed over for a day.
 *
 * @throws {ServiceError} `retry_later`
 */
export async function sweep(
  deps: SweepDeps,
  { remainingMs }: { remainingMs: () => number },
): Promise<SweepResult> {
  const counts: Counts = { refreshed: 0, unsuspended: 0, webhooks: 0, failed: 0, failures: {} };
  const limits = { hasTime: () => remainingMs() >= MIN_TIME_FOR_BATCH_MS };
  const hasTime = () => remainingMs() >= MIN_TIME_MS;
  const visits = await Promise.allSettled([visitAll({ deps, counts, remainingMs, hasTime })]);
  const [wiped] = await Promise.allSettled([deps.expiry.wipeTokens(limits)]);
  const [removed] = await Promise.allSettled([deps.expiry.removeExpired(limits)]);
  const [links] = await Promise.allSettled([deps.expiry.removeLinks(limits)]);
  const [deliveries] = await Promise.allSettled([deps.expiry.removeDeliveries(limits)]);
  const keyed = await Promise.allSettled([deps.expiry.keyGrants(limits)]);
  const searchable = await Promise.allSettled([deps.expiry.storeSearchKeys(limits)]);
  const counted = await Promise.allSettled(limits.hasTime() ? [deps.counts.count()] : []);
  throwFirst([...visits, ...keyed, ...searchable, ...counted]);
  return {
    ...counts,
    wiped: resultOf(wiped),
    removed: resultOf(removed) + resultOf(links) + resultOf(deliveries),
  };
}

/** Takes the kinds of app side by side, so that an outage of one platform does not hold up another. */
async function visitAll(run: Run): Promise<void> {
  const { deps, hasTime } = run;
  await deps.expiry.resume({ hasTime });
  const visits = deps.providers.map(async (provider) => {
    await refreshIdle(run, provider.kind);
    await checkSuspended(run, provider.kind);
    await registerDue(run, provider);
  });
  throwFirst(await Promise.allSettled(visits));
}

async function refreshIdle(run: Run, kind: InstallationKind): Promise<void> {
  const { deps, counts, remainingMs } = run;
  const find = () => deps.expiry.findIdle({ ...IDLE, kind, count: BATCH });
  await inBatches(run, find, async (id) => {
    try {
      if (await refreshInstallation(deps, id, remainingMs)) {
        counts.refreshed += 1;
        return;
      }
      counts.failed += 1;
    } catch (error) {
      countFailure(counts, error);
    }
    await deps.expiry.passOver(id, PASS_OVER);
  });
}

async function checkSuspended(run: Run, kind: InstallationKind): Promise<void> {
  const { deps, counts, remainingMs } = run;
  const find = () => deps.expiry.findSuspended({ kind, count: BATCH });
  await inBatches(run, find, async (id) => {
    try {
      const result = await reconcile(deps, { id }, { remainingMs });
      if (result?.isChanged && result.state.status === "active") counts.unsuspended += 1;
    } catch (error) {
      countFailure(counts, error);
    }
    await deps.expiry.passOver(id, PASS_OVER);
  });
}

/** Registers webhooks that are due, and those of another configuration. One that fails is due again later. */
async function registerDue(
  { deps, counts, remainingMs, hasTime }: Run,
  { kind, dynamicWebhooks }: OAuthProvider,
): Promise<void> {
  if (!deps.webhooks || !dynamicWebhooks) return;
  const { registrations, publicUrl } = deps.webhooks;
  const configuration = configurationOf(dynamicWebhooks, publicUrl);
  await registrations.expireOthers({ kind, configuration }, { hasTime });
  const find = () => registrations.findDue({ kind, count: BATCH });
  await inBatches({ hasTime }, find, async (id) => {
    try {
      if (await registerInstallation(deps, id, remainingMs)) counts.webhooks += 1;
    } catch (error) {
      countFailure(counts, error);
    }
  });
}

/** Finds installations and takes a step for each, until there are no more or there is no time. */
async function inBatches(
  { hasTime }: Pick<Run, "hasTime">,
  find: () => Promise<readonly string[]>,
  step: (id: string) => Promise<void>,
): Promise<void> {
  let isComplete = false;
  while (!isComplete && hasTime()) {
    const ids = await find();
    await inParallel(ids, { count: PARALLEL, hasTime }, step);
    isComplete = ids.length < BATCH;
  }
}

function countFailure(counts: Counts, error: unknown): void {
  const { code } = toServiceError(error);
  counts.failed += 1;
  counts.failures = { ...counts.failures, [code]: (counts.failures[code] ?? 0) + 1 };
}

function resultOf<Value>(result: PromiseSettledResult<Value>): Value {
  if (result.status === "rejected") throw result.reason;
  return result.value;
}
