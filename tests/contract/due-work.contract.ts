import { describe, expect, test } from "vitest";
import type { InstallationCreate } from "../../core/installation.ts";
import {
  type CreateStores,
  hold,
  LEASE,
  newInstallation,
  plantIn,
  read,
  type Stores,
} from "./stores.ts";

const LIMITS = { kinds: ["jira_3lo"], webhookKinds: [], count: 10 } as const;
const NOTHING = {
  hasDueEvents: false,
  hasDueDeliveries: false,
  isScanDue: false,
  openRefreshes: [],
  endedGrants: [],
  webhooks: [],
};
const UNKNOWN = { error: "provider_unavailable", seconds: 2, outcome: "unknown" } as const;

/** The contract of `DueWorkFinder`, for every adapter. */
export function testDueWork(createStores: CreateStores): void {
  function jira(change: Partial<InstallationCreate> = {}): InstallationCreate {
    return newInstallation({ platform: "jira", kind: "jira_3lo", ...change });
  }

  /** Plants an installation in a cool-down after a refresh with an unknown outcome. */
  async function plantOpen(stores: Stores, input: InstallationCreate): Promise<string> {
    const { id, token } = await plantIn(stores, input);
    await stores.leases.coolDown(await hold(stores.leases, token), UNKNOWN);
    return id;
  }

  describe("due work", () => {
    test("is nothing in an empty store, and for an installation that was just created", async () => {
      const stores = await createStores();
      const empty = await stores.dueWork.find(LIMITS);
      await plantIn(stores, jira());

      expect([empty, await stores.dueWork.find(LIMITS)]).toEqual([NOTHING, NOTHING]);
    });

    test("reports due events, until they are removed", async () => {
      const { dueWork, pendingEvents, installations, age } = await createStores();
      const { event } = await installations.create(jira());
      await age(61);
      const due = await dueWork.find(LIMITS);
      await pendingEvents.remove([event?.id ?? ""]);

      expect(due).toEqual({ ...NOTHING, hasDueEvents: true });
      expect(await dueWork.find(LIMITS)).toEqual(NOTHING);
    });

    test("finds refreshes with an unknown outcome after their cool-down, the oldest first", async () => {
      const stores = await createStores();
      const first = await plantOpen(stores, jira());
      await stores.age(1);
      const second = await plantOpen(stores, jira());
      const early = await stores.dueWork.find(LIMITS);
      await stores.age(3);

      expect(early.openRefreshes).toEqual([]);
      expect((await stores.dueWork.find(LIMITS)).openRefreshes).toEqual([first, second]);
      expect((await stores.dueWork.find({ ...LIMITS, count: 1 })).openRefreshes).toEqual([first]);
    });

    test("finds a refresh whose process was killed, when its lease has expired", async () => {
      const stores = await createStores();
      const { id, token } = await plantIn(stores, jira());
      await hold(stores.leases, token);
      const during = await stores.dueWork.find(LIMITS);
      await stores.age(LEASE.seconds + 1);

      expect(during.openRefreshes).toEqual([]);
      expect((await stores.dueWork.find(LIMITS)).openRefreshes).toEqual([id]);
    });

    test("finds no refresh that had no effect, nor one of an inactive installation or another kind", async () => {
      const stores = await createStores();
      const { installations, leases, dueWork, age } = stores;
      const settled = await plantIn(stores, jira());
      const none = { ...UNKNOWN, outcome: "none" } as const;
      await leases.coolDown(await hold(leases, settled.token), none);
      const disabled = await plantOpen(stores, jira());
      await installations.update(disabled, { isActive: false });
      const github = await plantOpen(stores, newInstallation());
      await age(3);

      expect((await dueWork.find(LIMITS)).openRefreshes).toEqual([]);
      expect((await dueWork.find({ ...LIMITS, kinds: [] })).openRefreshes).toEqual([]);
      expect((await dueWork.find({ ...LIMITS, kinds: ["oauth_app"] })).openRefreshes).toEqual([
        github,
      ]);
    });

    test("finds ending grants whose access token has expired, the oldest first", async () => {
      const stores = await createStores();
      const { installations, tokens, leases, dueWork, age } = stores;
      const ids: string[] = [];
      for (const seconds of [120, 60, 180]) {
        const tokenExpiresAt = new Date(Date.now() + seconds * 1000);
        const { id, token } = await plantIn(stores, jira({ tokenExpiresAt }));
        await leases.endLater(await hold(leases, token), "lost");
        ids.push(id);
      }
      const [second, first, disabled = ""] = ids;
      await installations.update(disabled, { isActive: false });
      const early = await dueWork.find(LIMITS);
      await age(240);

      const due = await dueWork.find({ ...LIMITS, kinds: [] });
      const limited = await dueWork.find({ ...LIMITS, count: 1 });
      await tokens.endExpired(first ?? "");

      expect(early.endedGrants).toEqual([]);
      expect(due.endedGrants).toEqual([first, second]);
      expect(limited.endedGrants).toEqual([first]);
      expect((await dueWork.find(LIMITS)).endedGrants).toEqual([second]);
      expect(await read(tokens, second ?? "")).toMatchObject({ isActive: true });
    });
  });
}
