import { afterAll, afterEach, expect } from "vitest";
import type { RefreshLease } from "../../core/ports/refresh-leases.ts";
import {
  hold,
  newInstallation,
  plantIn,
  readEvents,
  readSecrets,
  type Stores,
} from "../contract/stores.ts";
import { startLostReplies } from "./lost-replies.ts";
import { startPostgresStores } from "./postgres-stores.ts";

type Planted = Awaited<ReturnType<typeof plantIn>>;

/** Prepares what is done to a new installation. */
type Prepare<Prepared> = (stores: Stores, planted: Planted) => Promise<Prepared>;

/** Prepares nothing but the installation. */
export const planted: Prepare<Planted> = async (_, installation) => installation;

/** Takes the lease of the installation. */
export const leased: Prepare<RefreshLease> = ({ leases }, { token }) => hold(leases, token);

/** The content of the row if nothing was changed. */
export const UNCHANGED = {
  reason: null,
  attempts: 0,
  failures: 0,
  tokenChanges: 0,
  grantChanges: 0,
  statusChanges: 0,
};

/** Starts stores over a connection that breaks, and a function that breaks it at each reply. */
export async function startLosingStores() {
  const { settings, connect, storesOn, createStores } = await startPostgresStores();
  const proxy = await startLostReplies(settings);
  const database = connect(proxy.port);

  afterEach(() => proxy.loseAfter(Number.POSITIVE_INFINITY));

  afterAll(() => proxy.close());

  /**
   * Does something to a new installation over a connection that breaks: once without a loss, and once for
   * each reply, which is lost. Returns the results, what is left in the row, and the events after the first.
   */
  async function loseEach<Prepared, Result>(
    prepare: Prepare<Prepared>,
    act: (prepared: Prepared) => Promise<Result>,
  ) {
    const results = [];
    let replies = 0;
    for (let lost = -1; lost < replies; lost += 1) {
      const stores = await createStores();
      const installation = await plantIn(stores, newInstallation());
      const before = await readSecrets(stores.tokens, installation.id);
      const prepared = await prepare(stores, installation);
      await database.run((sql) => sql`select 1`);
      const passed = proxy.passed();
      if (lost >= 0) proxy.loseAfter(lost);

      const result = await act(prepared);
      if (lost === -1) replies = proxy.passed() - passed;
      results.push({ result, ...(await describeRow(stores, installation.id, before)) });
    }
    expect(results.length).toBeGreaterThan(1);
    return results;
  }

  return { remote: storesOn(database), loseEach };
}

/** The content of the row after a change, if it is still there, and its events after the first. */
async function describeRow(
  stores: Stores,
  id: string,
  before: Awaited<ReturnType<typeof readSecrets>>,
) {
  const token = await stores.tokens.findToken({ id });
  const secrets = await stores.tokens.findSecrets({ id });
  const [, ...events] = await readEvents(stores);
  if (!token || !secrets) return { events, row: undefined };
  return {
    events,
    row: {
      reason: token.inactiveReason,
      attempts: token.refreshAttempts,
      failures: token.refreshFailures,
      tokenChanges: secrets.tokenVersion - before.tokenVersion,
      grantChanges: secrets.grantVersion - before.grantVersion,
      statusChanges: secrets.statusVersion - before.statusVersion,
    },
  };
}
