import { setTimeout as sleep } from "node:timers/promises";
import { beforeEach, describe, expect, test } from "vitest";
import { isServiceError } from "../../core/errors.ts";
import { grantedKey } from "../../core/grants/granted-key.ts";
import { untilBlocked } from "../support/blocked.ts";
import { startPostgresStores } from "../support/postgres-stores.ts";
import { newLink } from "./install-links.contract.ts";
import {
  LEASE,
  newAppInstallation,
  newInstallation,
  plantIn,
  read,
  readEvents,
  readSecrets,
  type Stores,
  toInstall,
} from "./stores.ts";

/** Callers with connections of their own, as different processes have. */
const { sql, connect, storesOn, createStores } = await startPostgresStores();
const callers = Array.from({ length: 10 }, () => storesOn(connect()));
const ROUNDS = 25;

const MINTED = {
  accessToken: "ghs_FAKE2",
  refreshToken: null,
  expiresInSeconds: null,
  refreshTokenExpiresInSeconds: null,
  scopes: [],
};

let stores: Stores;

beforeEach(async () => {
  stores = await createStores();
});

/** Lets a number of callers do the same at the same time. */
function together<Result>(
  count: number,
  act: (caller: Stores, index: number) => Promise<Result>,
): Promise<Result[]> {
  const work = Array.from({ length: count }, (_, index) => callers[index % callers.length]);
  return Promise.all(work.map((caller = stores, index) => act(caller, index)));
}

/** Acts again if the database did not respond in time, as the next sweep does. */
async function untilAvailable<Result>(act: () => Promise<Result>): Promise<Result> {
  try {
    return await act();
  } catch (error) {
    if (isServiceError(error, "retry_later")) return untilAvailable(act);
    throw error;
  }
}

/** Lets two callers do something different at the same time, often, each time with a new installation. */
async function race<One, Other>(
  one: (caller: Stores, planted: Awaited<ReturnType<typeof plantIn>>) => Promise<One>,
  other: (caller: Stores, planted: Awaited<ReturnType<typeof plantIn>>) => Promise<Other>,
  check: (id: string, one: One, other: Other) => Promise<void>,
  input = newInstallation,
): Promise<void> {
  const [first = stores, second = stores] = callers;
  for (let round = 0; round < ROUNDS; round += 1) {
    const planted = await plantIn(stores, input());
    const results = await Promise.all([one(first, planted), other(second, planted)]);
    await check(planted.id, ...results);
  }
}

describe("of many callers", () => {
  test("one of a hundred takes the lease, with one attempt", async () => {
    const { id, token } = await plantIn(stores, newInstallation());

    const taken = await together(100, ({ leases }) => leases.take(token, LEASE));

    expect(taken.filter((lease) => lease !== undefined)).toMatchObject([{ attempts: 1 }]);
    expect(await read(stores.tokens, id)).toMatchObject({ refreshAttempts: 1 });
  });

  test("one creates the installation, and the others get the reason", async () => {
    const input = newInstallation();

    const results = await Promise.allSettled(
      callers.map(({ installations }) => installations.create(input)),
    );

    const refusals = results.filter((result) => result.status === "rejected");
    expect(refusals.map(({ reason }) => reason.code)).toEqual(
      Array.from({ length: 9 }, () => "duplicate_installation"),
    );
    expect(await readEvents(stores)).toHaveLength(1);
  });

  test("all install on one row, of which one created it, each with an event", async () => {
    const input = newInstallation();

    const results = await together(20, ({ installations }) =>
      installations.upsert(toInstall(input)),
    );

    expect(new Set(results.map(({ installation }) => installation.id)).size).toBe(1);
    expect(results.filter(({ created }) => created)).toHaveLength(1);
    const events = await readEvents(stores);
    expect(events.map(({ id }) => id).toSorted()).toEqual(
      results.map(({ event }) => event?.id).toSorted(),
    );
  });

  test("one uses a link, and the others store nothing", async () => {
    const link = newLink();
    await stores.links.create(link);

    const results = await Promise.allSettled(
      callers.map(({ installations }) =>
        installations.upsert(toInstall(newInstallation()), { link }),
      ),
    );

    const refusals = results.filter((result) => result.status === "rejected");
    expect(refusals.map(({ reason }) => reason.code)).toEqual(
      Array.from({ length: 9 }, () => "invalid_state"),
    );
    expect(await readEvents(stores)).toHaveLength(1);
  });

  test("all that replace one installation do so one after the other", async () => {
    const { id, input } = await plantIn(stores, newInstallation({ metadata: { customer: "0" } }));
    const bindings = await Promise.all(
      callers.slice(1).map(async (_, index) => {
        const link = newLink({ metadata: { customer: `${index + 1}` }, replaces: true });
        await stores.links.create(link);
        return { link, customer: link.metadata };
      }),
    );

    const results = await Promise.allSettled(
      bindings.map((binding, index) => {
        const install = toInstall({ ...input, metadata: binding.link.metadata });
        return callers[index]?.installations.upsert(install, binding);
      }),
    );

    const stored = results.flatMap((result) =>
      result.status === "fulfilled" ? [result.value] : [],
    );
    const { items } = await stores.installations.list({}, { limit: 100 });
    const previous = stored.map((one) => one?.event?.previousInstallationId);
    expect(items).toHaveLength(1);
    expect(stored.length).toBeGreaterThan(0);
    expect(new Set([id, ...stored.map((one) => one?.installation.id)])).toEqual(
      new Set([...previous, items[0]?.id]),
    );
    for (const result of results) {
      if (result.status === "rejected") expect(result.reason.code).toBe("retry_later");
    }
  });

  test("one ends the grant, and one deletes the installation", async () => {
    const { id, token } = await plantIn(stores, newInstallation());

    const ended = await together(20, ({ tokens }) => tokens.endGrant(token, "uninstalled", null));
    const deleted = await together(20, ({ installations }) => installations.delete(id, 1));

    expect(ended.filter((change) => change !== undefined)).toHaveLength(1);
    expect(deleted.filter((change) => change !== undefined)).toHaveLength(1);
  });

  test("one gets each due event", async () => {
    await together(30, ({ installations }) => installations.create(newInstallation()));
    await stores.age(61);

    const taken = await together(10, ({ pendingEvents }) =>
      untilAvailable(() => pendingEvents.takeDue({ count: 5, retrySeconds: 60 })),
    );

    const ids = taken.flat().map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.length).toBeGreaterThanOrEqual(5);
  });
});

describe("at the same time", () => {
  test("evidence about the installation and a refresh: no lookup afterwards returns a token", async () => {
    await race(
      async ({ leases }, { token }) => {
        const lease = await leases.take(token, LEASE);
        return lease && leases.write(lease, MINTED, { keepPrevious: false });
      },
      async ({ tokens }, { id }) =>
        tokens.endInstallation(await readSecrets(tokens, id), "uninstalled", null),
      async (id, _, change) => {
        expect(change).toBeDefined();
        const token = await read(stores.tokens, id);
        expect(token).toMatchObject({ inactiveReason: "uninstalled", accessToken: null });
      },
      newAppInstallation,
    );
  });

  test("evidence about a token and a refresh: the refresh wins, or does not start", async () => {
    await race(
      ({ leases }, { token }) => leases.take(token, LEASE),
      ({ tokens }, { token }) => tokens.endGrant(token, "reauthorization_required", null),
      async (id, lease, change) => {
        expect([lease, change].filter((result) => result !== undefined)).toHaveLength(1);
        const { isActive } = await read(stores.tokens, id);
        expect(isActive).toBe(lease !== undefined);
      },
    );
  });

  test("an expiry of an App's token and a suspension, of which each read the status before: one has an effect", async () => {
    await race(
      ({ tokens }, { token }) => tokens.expireToken(token),
      ({ tokens }, { token }) => tokens.endInstallation(token, "suspended", null),
      async (id, isExpired, change) => {
        expect(isExpired).toBe(change === undefined);
        const { isActive, expiresAt, statusVersion } = await read(stores.tokens, id);
        expect([isActive, expiresAt === null]).toEqual([isExpired, isExpired]);
        expect(statusVersion).toBe(2);
      },
      newAppInstallation,
    );
  });

  test("an update of the expiry and a refresh: the refresh is not lost", async () => {
    await race(
      ({ leases }, { token }) => leases.take(token, LEASE),
      ({ installations }, { id }) =>
        installations.update(id, { tokenExpiresAt: null }).catch(() => undefined),
      async (_, lease, updated) => {
        expect([lease, updated].filter((result) => result !== undefined)).toHaveLength(1);
        if (lease) expect(await stores.leases.extend(lease, LEASE)).toBeDefined();
      },
    );
  });

  test("a deletion and a re-install: the new grant stays", async () => {
    await race(
      ({ installations }, { id }) => installations.delete(id, 1),
      ({ installations }, { input }) =>
        installations.upsert(toInstall({ ...input, accessToken: "gho_FAKE2" })),
      async (id, deleted, { installation, created }) => {
        expect(created).toBe(deleted !== undefined);
        expect(installation.id === id).toBe(deleted === undefined);
        expect((await read(stores.tokens, installation.id)).accessToken).toBe("gho_FAKE2");
      },
    );
  });

  test("a deletion of tokens after their time and a write of new ones: the new ones stay", async () => {
    const { input, token } = await plantIn(stores, newInstallation());
    const { id } = await plantIn(stores, newInstallation());
    await stores.tokens.endGrant(token, "uninstalled", null);
    await stores.age(8 * 86_400);
    const held = Promise.withResolvers<void>();
    const locked = sql.begin(async (sql) => {
      await sql`select from installations for update`;
      held.resolve();
      await sleep(100);
      await sql`
        update installations set wipe_tokens_at = null
        where organization_id = ${input.organizationId}
      `;
    });
    await held.promise;

    const wiped = await stores.expiry.wipeTokens();
    await locked;

    expect(wiped).toBe(0);
    for (const installationId of [id, token.installationId]) {
      const secrets = await readSecrets(stores.tokens, installationId);
      expect(secrets.accessToken).toBe("gho_FAKE1");
    }
  });

  test("a re-install and a change of its scopes: the event is about the scopes that were replaced", async () => {
    const { id, input } = await plantIn(stores, newInstallation({ scopes: ["repo"] }));
    const held = Promise.withResolvers<void>();
    const changed = sql.begin(async (own) => {
      const other = grantedKey({ ...input, scopes: ["gist"] });
      await own`
        update installations set scopes = '["gist"]', granted_key = ${other} where id = ${id}
      `;
      held.resolve();
      await untilBlocked(sql);
    });
    await held.promise;

    const again = await stores.installations.upsert(toInstall(input));
    await changed;

    expect(again.installation).toMatchObject({ id, scopes: ["repo"] });
    expect(again.permissionsEvent).toMatchObject({ type: "permissions_changed" });
  });
});
