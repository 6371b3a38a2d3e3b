import { describe, expect, test } from "vitest";
import type { InstallationCreate, InstallationFilter } from "../../core/installation.ts";
import type { InstallationRepository } from "../../core/ports/installation-repository.ts";
import {
  type CreateStores,
  newAppInstallation,
  newInstallation,
  plantIn,
  readSecrets,
  type Stores,
  toInstall,
} from "./stores.ts";

const NAMES = ["Zebra", "acme Labs", "Ácme", "Acme", "Åcmé & Søn", "Another", "%cme", "Straße"];

/** The contract of the filters of a list by which operators find installations, for every adapter. */
export function testInstallationSearch(createStores: CreateStores): void {
  async function plantNamed(stores: Stores, names: readonly string[]): Promise<void> {
    for (const organizationName of names) await plantIn(stores, named(organizationName));
  }

  describe("a search", () => {
    test.each([
      ["acme", ["Ácme", "Acme", "Åcmé & Søn", "acme Labs"]],
      ["ÀCME", ["Ácme", "Acme", "Åcmé & Søn", "acme Labs"]],
      ["acme l", ["acme Labs"]],
      ["acmé & so", ["Åcmé & Søn"]],
      ["strass", ["Straße"]],
      ["%", ["%cme"]],
      ["_cme", []],
      ["cme", []],
      ["zebra crossing", []],
    ])("finds the names that start like %j, sorted by name", async (search, names) => {
      const stores = await createStores();
      await plantNamed(stores, NAMES);

      const found = await list(stores, { search });

      expect(found.map(({ organizationName }) => organizationName)).toEqual(names);
    });

    test("finds an organization by its id, by GitHub's id of its installation, and by the id here", async () => {
      const stores = await createStores();
      await plantNamed(stores, ["Acme"]);
      const app = newAppInstallation({ organizationId: "9919", organizationName: "Zebra" });
      const { id } = await plantIn(stores, { ...app, providerInstallationId: "4711" });

      for (const search of ["9919", "4711", id]) {
        expect((await list(stores, { search })).map((found) => found.id)).toEqual([id]);
      }
      expect(await list(stores, { search: "471" })).toEqual([]);
    });

    test("finds each installation once, whose name starts with its id", async () => {
      const stores = await createStores();
      await plantIn(stores, { ...named("acme"), organizationId: "acme" });

      expect(await list(stores, { search: "acme" })).toHaveLength(1);
    });

    test("is paged by name, with equal names in the order of their ids", async () => {
      const stores = await createStores();
      await plantNamed(stores, ["Acme B", "Acme", "Acme A", "Acme", "Acme", "Zebra"]);

      const pages = await listPages(stores.installations, { search: "acme" }, 2);

      expect(pages.map((page) => page.map(({ organizationName }) => organizationName))).toEqual([
        ["Acme", "Acme"],
        ["Acme", "Acme A"],
        ["Acme B"],
      ]);
      expect(new Set(pages.flat().map(({ id }) => id)).size).toBe(5);
    });

    test("finds an organization by its new name only after it was renamed", async () => {
      const stores = await createStores();
      const [updated, reported, again] = [named("Old A"), named("Old B"), named("Old C")];
      const { id } = await plantIn(stores, updated);
      const { id: reportedId } = await plantIn(stores, reported);
      await plantIn(stores, again);

      await stores.installations.update(id, { organizationName: "New A" });
      const fence = await readSecrets(stores.tokens, reportedId);
      await stores.tokens.rename(fence, "New B");
      await stores.installations.upsert(toInstall({ ...again, organizationName: "New C" }));

      expect(await list(stores, { search: "old" })).toEqual([]);
      expect(await list(stores, { search: "new" })).toHaveLength(3);
    });

    test("finds installations that were imported, and those that nobody has connected", async () => {
      const stores = await createStores();
      const unset = { id: undefined, installedAt: undefined, tokenStoredAt: undefined };
      const imported = { ...named("Acme"), ...unset, inactiveReason: null };
      await stores.transfer.importAll([imported], { dryRun: false });
      const { platform, organizationId } = named("Acme");
      await stores.installations.addUnclaimed({
        ...newAppInstallation({ platform, organizationId, organizationName: "Acme App" }),
        providerInstallationId: "4712",
        requester: null,
      });

      expect(await list(stores, { search: "acme" })).toHaveLength(2);
    });
  });

  describe("the installations of a customer", () => {
    test("are those with this value in their metadata, whatever wrote it", async () => {
      const stores = await createStores();
      const created = await plantIn(stores, of("c-1"));
      const numbered = await plantIn(stores, newInstallation({ metadata: { customer: 42 } }));
      await plantIn(stores, newInstallation({ metadata: { customer: { id: "c-1" } } }));
      await plantIn(stores, newInstallation());
      const bound = newInstallation();
      const { id } = await plantIn(stores, bound);
      await stores.installations.upsert(toInstall({ ...bound, metadata: { customer: "c-1" } }));

      expect(await idsOf(stores, { customer: "c-1" })).toEqual([id, created.id]);
      expect(await idsOf(stores, { customer: "42" })).toEqual([numbered.id]);
      expect(await idsOf(stores, { customer: "c" })).toEqual([]);

      await stores.installations.update(id, { metadata: { customer: "c-2" } });
      await stores.installations.update(created.id, { metadata: {} });
      expect(await idsOf(stores, { customer: "c-1" })).toEqual([]);
      expect(await idsOf(stores, { customer: "c-2" })).toEqual([id]);
    });

    test("stay theirs after an install without metadata", async () => {
      const stores = await createStores();
      const input = of("c-1");
      const { id } = await plantIn(stores, input);

      await stores.installations.upsert(toInstall({ ...input, metadata: { plan: "pro" } }));

      expect(await idsOf(stores, { customer: "c-1" })).toEqual([id]);
    });

    test("are found by a name of any length, as a whole", async () => {
      const stores = await createStores();
      const long = "ü".repeat(150);
      const { id } = await plantIn(stores, of(`${long}1`));
      await plantIn(stores, of(`${long}2`));

      expect(await idsOf(stores, { customer: `${long}1` })).toEqual([id]);
      expect(await idsOf(stores, { customer: long })).toEqual([]);
    });
  });

  describe("a filter", () => {
    test("selects by the reason of an end, by an error and by the time of the install", async () => {
      const stores = await createStores();
      const suspended = await plantIn(stores, newInstallation());
      const disabled = await plantIn(stores, newInstallation({ metadata: { customer: "c-1" } }));
      const fence = await readSecrets(stores.tokens, suspended.id);
      await stores.tokens.endInstallation(fence, "suspended", "suspended_by_owner");
      await stores.installations.update(disabled.id, { isActive: false });
      const { installedAt } = suspended.installation;

      expect(await idsOf(stores, { inactiveReason: "suspended" })).toEqual([suspended.id]);
      expect(await idsOf(stores, { inactiveReason: "disabled" })).toEqual([disabled.id]);
      expect(await idsOf(stores, { inactiveReason: "uninstalled" })).toEqual([]);
      expect(await idsOf(stores, { hasError: true })).toEqual([suspended.id]);
      expect(await idsOf(stores, { hasError: true, customer: "c-1" })).toEqual([]);
      expect(await idsOf(stores, { installedAfter: before(installedAt) })).toEqual([
        disabled.id,
        suspended.id,
      ]);
      expect(await idsOf(stores, { installedAfter: new Date(Date.now() + 60_000) })).toEqual([]);
    });

    test("by the time of the install is paged by that time", async () => {
      const stores = await createStores();
      const ids: string[] = [];
      for (let count = 0; count < 5; count += 1) {
        ids.unshift((await plantIn(stores, newInstallation())).id);
      }

      const installedAfter = new Date(0);
      const pages = await listPages(stores.installations, { installedAfter }, 2);

      expect(pages.map((page) => page.map(({ id }) => id))).toEqual([
        ids.slice(0, 2),
        ids.slice(2, 4),
        ids.slice(4),
      ]);
    });

    test("by the time of the install is paged without a gap through rows of the same time", async () => {
      const stores = await createStores();
      const unset = { id: undefined, installedAt: undefined, tokenStoredAt: undefined };
      const rows = Array.from({ length: 5 }, () => ({
        ...newInstallation(),
        ...unset,
        inactiveReason: null,
      }));
      await stores.transfer.importAll(rows, { dryRun: false });

      const pages = await listPages(stores.installations, { installedAfter: new Date(0) }, 2);

      expect(pages.map((page) => page.length)).toEqual([2, 2, 1]);
      expect(new Set(pages.flat().map(({ id }) => id)).size).toBe(5);
    });

    test("combines with each other one", async () => {
      const stores = await createStores();
      const { id } = await plantIn(stores, { ...of("c-1"), organizationName: "Acme" });
      await plantIn(stores, { ...of("c-2"), organizationName: "Acme" });
      await plantIn(stores, { ...of("c-1"), organizationName: "Zebra" });
      const { grants } = await stores.installations.listGrants();
      const grantedKeys = grants.map(({ key }) => key);
      const installedAfter = new Date(0);
      const filter = { search: "acme", customer: "c-1", isActive: true, installedAfter } as const;

      expect(await idsOf(stores, filter)).toEqual([id]);
      expect(await idsOf(stores, { ...filter, grantedKeys })).toEqual([id]);
      expect(await idsOf(stores, { ...filter, platform: "slack" })).toEqual([]);
      expect(await idsOf(stores, { ...filter, inactiveReason: "disabled" })).toEqual([]);
    });
  });

  describe("the counts", () => {
    test("are of each platform and state, as they were last counted", async () => {
      const stores = await createStores();
      const suspended = await plantIn(stores, newInstallation());
      await plantIn(stores, newInstallation());
      await plantIn(stores, newInstallation({ platform: "slack", kind: "slack_bot" }));
      const fence = await readSecrets(stores.tokens, suspended.id);
      await stores.tokens.endInstallation(fence, "suspended", "suspended_by_owner");
      expect(await stores.counts.find()).toBeUndefined();

      await stores.counts.count();
      await plantIn(stores, newInstallation());

      const counted = await stores.counts.find();
      expect(counted?.countedAt).toBeInstanceOf(Date);
      expect(new Set(counted?.counts)).toEqual(
        new Set([
          { platform: "github", state: "active", count: 1 },
          { platform: "github", state: "suspended", count: 1 },
          { platform: "github", state: "has_error", count: 1 },
          { platform: "slack", state: "active", count: 1 },
        ]),
      );
    });
  });
}

function named(organizationName: string): InstallationCreate {
  return newInstallation({ organizationName });
}

function of(customer: string): InstallationCreate {
  return newInstallation({ metadata: { customer } });
}

function before(date: Date): Date {
  return new Date(date.getTime() - 1);
}

async function list({ installations }: Stores, filter: InstallationFilter) {
  return (await installations.list(filter, { limit: 100 })).items;
}

async function idsOf(stores: Stores, filter: InstallationFilter): Promise<string[]> {
  return (await list(stores, filter)).map(({ id }) => id);
}

async function listPages(
  installations: InstallationRepository,
  filter: InstallationFilter,
  limit: number,
) {
  const pages = [];
  let position: string | undefined;
  for (;;) {
    const page = await installations.list(filter, { limit, before: position });
    pages.push(page.items);
    if (!page.hasMore) return pages;
    position = page.position;
  }
}
