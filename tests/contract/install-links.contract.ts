import { describe, expect, test } from "vitest";
import {
  createInstallLinkId,
  type FlowLink,
  type LinkIntent,
  MAX_LINK_SECONDS,
} from "../../core/ports/install-links.ts";
import {
  type CreateStores,
  HOUR_SECONDS,
  newInstallation,
  plantIn,
  readEvents,
  type Stores,
  toInstall,
} from "./stores.ts";

const CLAIM = { flow: "flow-1", seconds: 30 };

/** A link to create. It is not pinned unless that is given. */
export function newLink(change: Partial<LinkIntent> = {}): LinkIntent {
  return {
    id: createInstallLinkId(),
    platform: "github",
    redirectUri: "https://app.example.com/callback",
    metadata: { customer: "c-1" },
    installationId: null,
    replaces: false,
    expiresAt: Math.floor(Date.now() / 1000) + 3_600,
    ...change,
  };
}

async function plantLink({ links }: Pick<Stores, "links">, change: Partial<LinkIntent> = {}) {
  const link = newLink(change);
  await links.create(link);
  return link;
}

/** The contract of `InstallLinks`, and of `upsert` with a link, for every adapter. */
export function testInstallLinks(createStores: CreateStores): void {
  describe("install links", () => {
    test("are returned as they were created", async () => {
      const { links } = await createStores();
      const link = await plantLink({ links }, { installationId: `inst-${"0".repeat(32)}` });

      const { expiresAt, ...intent } = link;
      expect(await links.find(link.id)).toEqual({
        ...intent,
        expiresAt: new Date(expiresAt * 1000),
        createdAt: expect.any(Date),
        endedAt: null,
        usedAt: null,
        usedBy: null,
      });
      expect(await links.find(createInstallLinkId())).toBeUndefined();
    });

    test("are listed newest first, page by page", async () => {
      const { links } = await createStores();
      const ids: string[] = [];
      for (let count = 0; count < 5; count += 1) ids.unshift((await plantLink({ links })).id);

      const first = await links.list({ limit: 2 });
      const second = await links.list({ limit: 2, before: first.items.at(-1)?.id });
      const last = await links.list({ limit: 2, before: second.items.at(-1)?.id });

      const pages = [first, second, last];
      expect(pages.flatMap(({ items }) => items.map(({ id }) => id))).toEqual(ids);
      expect(pages.map(({ hasMore }) => hasMore)).toEqual([true, true, false]);
    });

    test("are ended once, and only if they were not used", async () => {
      const stores = await createStores();
      const { links, installations } = stores;
      const [ended, used] = [await plantLink(stores), await plantLink(stores)];
      await installations.upsert(toInstall(newInstallation()), { link: used });

      expect(await links.end(ended.id)).toBe(true);
      const first = await links.find(ended.id);
      expect(await links.end(ended.id)).toBe(true);
      expect(await links.end(used.id)).toBe(true);

      expect(first?.endedAt).toEqual(expect.any(Date));
      expect(await links.find(ended.id)).toEqual(first);
      expect(await links.find(used.id)).toMatchObject({ endedAt: null });
      expect(await links.end(createInstallLinkId())).toBe(false);
    });

    test("are claimed by one of many flows, until it releases the link", async () => {
      const { links } = await createStores();
      const { id } = await plantLink({ links });
      const flows = Array.from({ length: 50 }, (_, index) => `flow-${index}`);

      const claims = await Promise.all(flows.map((flow) => links.claim(id, { ...CLAIM, flow })));
      const winner = flows[claims.indexOf(true)] ?? "";

      expect(claims.filter((isClaimed) => isClaimed)).toHaveLength(1);
      expect(await links.claim(id, { ...CLAIM, flow: winner })).toBe(true);
      await links.release(id, "another flow");
      expect(await links.claim(id, { ...CLAIM, flow: "another flow" })).toBe(false);
      await links.release(id, winner);
      expect(await links.claim(id, { ...CLAIM, flow: "another flow" })).toBe(true);
    });

    test("can be claimed again when the claim of a flow that died has ended", async () => {
      const { links, age } = await createStores();
      const { id } = await plantLink({ links });
      await links.claim(id, CLAIM);

      await age(29);
      expect(await links.claim(id, { ...CLAIM, flow: "flow-2" })).toBe(false);
      await age(2);
      expect(await links.claim(id, { ...CLAIM, flow: "flow-2" })).toBe(true);
    });

    test("cannot be claimed if they were used or ended, or do not exist", async () => {
      const stores = await createStores();
      const { links, installations } = stores;
      const [ended, used] = [await plantLink(stores), await plantLink(stores)];
      await links.end(ended.id);
      await installations.upsert(toInstall(newInstallation()), { link: used });

      for (const id of [ended.id, used.id, createInstallLinkId()]) {
        expect(await links.claim(id, CLAIM)).toBe(false);
      }
    });

    test("are deleted when the longest ones have expired, and no flow of theirs can return", async () => {
      const { links, expiry, age } = await createStores();
      const { id } = await plantLink({ links });

      await age(MAX_LINK_SECONDS + 1.9 * HOUR_SECONDS);
      expect(await expiry.removeLinks()).toBe(0);
      await age(0.2 * HOUR_SECONDS);
      expect(await expiry.removeLinks()).toBe(1);

      expect(await links.find(id)).toBeUndefined();
    });
  });

  describe("upsert with an install link", () => {
    test("marks the link as used, by the installation that it stored", async () => {
      const stores = await createStores();
      const link = await plantLink(stores);

      const { installation } = await stores.installations.upsert(toInstall(newInstallation()), {
        link,
      });

      expect(await stores.links.find(link.id)).toMatchObject({
        usedAt: expect.any(Date),
        usedBy: installation.id,
      });
    });

    test.each<[string, (stores: Stores, link: FlowLink) => Promise<unknown>]>([
      [
        "was used before",
        ({ installations }, link) => installations.upsert(toInstall(newInstallation()), { link }),
      ],
      ["was ended", ({ links }, { id }) => links.end(id)],
      ["was deleted", ({ age, expiry }) => age(9 * 86_400).then(() => expiry.removeLinks())],
    ])("stores nothing if the link %s", async (_, prepare) => {
      const stores = await createStores();
      const link = await plantLink(stores);
      const { id, input } = await plantIn(stores, newInstallation());
      await prepare(stores, link);
      const before = await readEvents(stores);
      const installation = await stores.installations.find({ id });

      const again = stores.installations.upsert(toInstall({ ...input, accessToken: "gho_2" }), {
        link,
      });
      await expect(again).rejects.toMatchObject({ code: "invalid_state" });
      const other = stores.installations.upsert(toInstall(newInstallation()), { link });
      await expect(other).rejects.toMatchObject({ code: "invalid_state" });

      expect(await stores.installations.find({ id })).toEqual(installation);
      expect((await stores.tokens.findToken({ id }))?.accessToken).toBe(input.accessToken);
      expect(await readEvents(stores)).toEqual(before);
    });

    test("stores one installation, however many organizations use the link at once", async () => {
      const stores = await createStores();
      const link = await plantLink(stores);

      const results = await Promise.allSettled(
        Array.from({ length: 20 }, () =>
          stores.installations.upsert(toInstall(newInstallation()), { link }),
        ),
      );

      expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
      expect((await stores.installations.list({}, { limit: 10 })).items).toHaveLength(1);
      expect(await readEvents(stores)).toHaveLength(1);
    });

    test("stores nothing but the installation that the link is pinned to", async () => {
      const stores = await createStores();
      const [one, other] = [
        await plantIn(stores, newInstallation()),
        await plantIn(stores, newInstallation()),
      ];
      const link = await plantLink(stores, { installationId: one.id });

      for (const input of [other.input, newInstallation()]) {
        await expect(stores.installations.upsert(toInstall(input), { link })).rejects.toMatchObject(
          {
            code: "installation_bound_elsewhere",
          },
        );
      }
      const { items } = await stores.installations.list({}, { limit: 10 });
      const { installation } = await stores.installations.upsert(toInstall(one.input), { link });

      expect(items).toEqual([other.installation, one.installation]);
      expect(installation.id).toBe(one.id);
    });
  });
}
