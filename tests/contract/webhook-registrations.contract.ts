import { describe, expect, test } from "vitest";
import type { InstallationCreate } from "../../core/installation.ts";
import type { WebhookClaim } from "../../core/ports/webhook-registrations.ts";
import {
  type CreateStores,
  DAY_SECONDS,
  newInstallation,
  plantIn,
  type Stores,
  toInstall,
} from "./stores.ts";

const CLAIM = { seconds: 120 };
const KIND = "jira_3lo";
const WORK = { kinds: [], webhookKinds: [KIND], count: 10 } as const;
const NOTHING = { host: null, ids: [], retired: [] };
const REGISTERED = {
  host: "acme.atlassian.net",
  ids: ["1"],
  retired: ["7"],
  configuration: "m",
  dueInSeconds: 20 * DAY_SECONDS,
};
const { configuration: _, dueInSeconds: __, ...STORED } = REGISTERED;

/** The contract of `WebhookRegistrations`, for every adapter. */
export function testWebhookRegistrations(createStores: CreateStores): void {
  function jira(change: Partial<InstallationCreate> = {}): InstallationCreate {
    return newInstallation({ platform: "jira", kind: KIND, ...change });
  }

  async function claim({ registrations }: Stores, id: string): Promise<WebhookClaim> {
    const claimed = await registrations.claim(id, CLAIM);
    if (!claimed) throw new Error("The webhooks are not due.");
    return claimed;
  }

  /** Creates an installation, and registers its webhooks. */
  async function plantRegistered(stores: Stores, configuration = "m", host = STORED.host) {
    const planted = await plantIn(stores, jira());
    const { id } = planted;
    await stores.registrations.store(await claim(stores, id), {
      ...REGISTERED,
      configuration,
      host,
    });
    return planted;
  }

  const dueOf = ({ registrations }: Stores) => registrations.findDue({ kind: KIND, count: 10 });

  describe("webhook registrations", () => {
    test("are due from the install, for a kind of app that has them", async () => {
      const stores = await createStores();
      const { id } = await plantIn(stores, jira());
      await plantIn(stores, newInstallation());

      expect(await dueOf(stores)).toEqual([id]);
      expect((await stores.dueWork.find(WORK)).webhooks).toEqual([id]);
      expect((await stores.dueWork.find({ ...WORK, webhookKinds: [] })).webhooks).toEqual([]);
      expect(await stores.registrations.find(id)).toEqual(NOTHING);
      expect(await stores.registrations.find("inst-none")).toBeUndefined();
    });

    test("are due from an import too", async () => {
      const stores = await createStores();
      const { installation } = await stores.installations.create(jira());
      const [exported] = (await stores.transfer.exportPage({ after: undefined, limit: 10 })).rows;
      await stores.installations.delete(installation.id, 1);
      const records = exported?.record ? [exported.record] : [];
      await stores.transfer.importAll(records, { dryRun: false });

      expect(await dueOf(stores)).toEqual([installation.id]);
    });

    test("are claimed by one process, until it had its time", async () => {
      const stores = await createStores();
      const { id } = await plantIn(stores, jira());

      const first = await claim(stores, id);
      const other = await stores.registrations.claim(id, CLAIM);
      await stores.age(CLAIM.seconds + 1);
      const second = await claim(stores, id);

      expect(other).toBeUndefined();
      expect(first).toMatchObject({ installationId: id, ...NOTHING });
      expect(await stores.registrations.store(first, REGISTERED)).toBe(false);
      expect(await stores.registrations.store(second, REGISTERED)).toBe(true);
      expect(await stores.registrations.find(id)).toEqual(STORED);
    });

    test("are due again before they expire", async () => {
      const stores = await createStores();
      const { id } = await plantRegistered(stores);
      const early = await dueOf(stores);
      await stores.age(20 * DAY_SECONDS + 1);

      expect(early).toEqual([]);
      expect(await dueOf(stores)).toEqual([id]);
      // It is no work for the frequent schedule.
      expect((await stores.dueWork.find(WORK)).webhooks).toEqual([]);
      expect(await claim(stores, id)).toMatchObject(STORED);
    });

    test("of a host that another organization has now are due, and have no host meanwhile", async () => {
      const stores = await createStores();
      const renamed = await plantRegistered(stores);
      const successor = await plantRegistered(stores);

      expect(await dueOf(stores)).toEqual([renamed.id]);
      expect(await stores.registrations.find(renamed.id)).toEqual({ ...STORED, host: null });
      expect(await stores.registrations.find(successor.id)).toEqual(STORED);
    });

    test("can be never due again", async () => {
      const stores = await createStores();
      const { id } = await plantIn(stores, jira());
      const none = { ...REGISTERED, ids: [], dueInSeconds: null };
      await stores.registrations.store(await claim(stores, id), none);
      await stores.age(365 * DAY_SECONDS);

      expect(await dueOf(stores)).toEqual([]);
    });

    test("are postponed after a failure, unless the claim has ended", async () => {
      const stores = await createStores();
      const { id } = await plantIn(stores, jira());
      const first = await claim(stores, id);
      await stores.age(CLAIM.seconds + 1);
      const second = await claim(stores, id);
      await stores.registrations.postpone(first, { seconds: DAY_SECONDS });
      await stores.registrations.postpone(second, { seconds: 900 });
      const early = await dueOf(stores);
      await stores.age(901);

      expect(early).toEqual([]);
      expect(await dueOf(stores)).toEqual([id]);
    });

    test("are due after a re-install, which keeps what is known of them and ends a claim", async () => {
      const stores = await createStores();
      const { id, input } = await plantRegistered(stores);
      await stores.age(20 * DAY_SECONDS + 1);
      const before = await claim(stores, id);
      await stores.installations.upsert(toInstall(input));

      expect(await stores.registrations.store(before, REGISTERED)).toBe(false);
      expect((await stores.dueWork.find(WORK)).webhooks).toEqual([id]);
      expect(await claim(stores, id)).toMatchObject(STORED);
    });

    test("of an inactive installation are neither found nor claimed", async () => {
      const stores = await createStores();
      const { id } = await plantIn(stores, jira());
      await stores.installations.update(id, { isActive: false });

      expect(await dueOf(stores)).toEqual([]);
      expect((await stores.dueWork.find(WORK)).webhooks).toEqual([]);
      expect(await stores.registrations.claim(id, CLAIM)).toBeUndefined();
    });

    test("are due when the configuration has changed, with what is known of them", async () => {
      const stores = await createStores();
      const { registrations } = stores;
      const same = await plantRegistered(stores, "m");
      const smaller = await plantRegistered(stores, "a", "a.example");
      const greater = await plantRegistered(stores, "z", "z.example");
      const current = { kind: KIND, configuration: "m" } as const;
      await plantIn(stores, newInstallation());

      expect(await registrations.expireOthers({ ...current, kind: "oauth_app" })).toBe(0);
      expect(await registrations.expireOthers(current)).toBe(2);
      expect(await registrations.expireOthers(current)).toBe(0);
      expect((await dueOf(stores)).toSorted()).toEqual([smaller.id, greater.id].toSorted());
      expect(await claim(stores, greater.id)).toMatchObject({ ...STORED, host: "z.example" });
      expect(await registrations.claim(same.id, CLAIM)).toBeUndefined();
    });

    test("of another configuration are left when there is no time", async () => {
      const stores = await createStores();
      await plantRegistered(stores, "a");

      const current = { kind: KIND, configuration: "m" } as const;
      const count = await stores.registrations.expireOthers(current, { hasTime: () => false });

      expect(count).toBe(0);
      expect(await dueOf(stores)).toEqual([]);
    });

    test("are found the longest due first, as many as there may be", async () => {
      const stores = await createStores();
      const first = await plantIn(stores, jira());
      await stores.age(1);
      const second = await plantIn(stores, jira());

      expect(await dueOf(stores)).toEqual([first.id, second.id]);
      expect(await stores.registrations.findDue({ kind: KIND, count: 1 })).toEqual([first.id]);
    });
  });
}
