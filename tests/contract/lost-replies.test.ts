import { describe, expect, test } from "vitest";
import { leased, planted, startLosingStores, UNCHANGED } from "../support/losing-stores.ts";
import { newLink } from "./install-links.contract.ts";
import { newImport } from "./installation-transfer.contract.ts";
import { newInstallation, readSecrets, toInstall } from "./stores.ts";

/** Every statement is repeated when its reply is lost: the change must be made once, and be recognized. */
const { remote, loseEach } = await startLosingStores();

describe("a change with an event, of which any reply is lost,", () => {
  test("creates an installation once", async () => {
    const results = await loseEach(planted, () => remote.installations.create(newInstallation()));

    for (const { result, events, row } of results) {
      expect(events).toEqual([result.event]);
      expect(result.event).toMatchObject({
        type: "created",
        installationId: result.installation.id,
      });
      expect(row).toEqual(UNCHANGED);
    }
  });

  test("installs once", async () => {
    const results = await loseEach(planted, () =>
      remote.installations.upsert(toInstall(newInstallation())),
    );

    for (const { result, events } of results) {
      expect(result.created).toBe(true);
      expect(events).toEqual([result.event]);
    }
  });

  test("installs again once, so that tokens that were refreshed since are not overwritten", async () => {
    const results = await loseEach(planted, ({ input }) =>
      remote.installations.upsert(toInstall(input)),
    );

    for (const { result, events, row } of results) {
      expect(result.created).toBe(false);
      expect(events).toEqual([result.event]);
      expect(row).toEqual({ ...UNCHANGED, tokenChanges: 1, grantChanges: 1, statusChanges: 1 });
    }
  });

  test("installs once with a link, which is used up once", async () => {
    const results = await loseEach(planted, async () => {
      const link = newLink();
      await remote.links.create(link);
      const stored = await remote.installations.upsert(toInstall(newInstallation()), { link });
      return { ...stored, link: await remote.links.find(link.id) };
    });

    for (const { result, events } of results) {
      expect(result.link?.usedBy).toBe(result.installation.id);
      expect(events).toEqual([result.event]);
    }
  });

  test("replaces an installation once", async () => {
    const results = await loseEach(planted, async ({ input }) => {
      const link = newLink({ replaces: true });
      await remote.links.create(link);
      return remote.installations.upsert(toInstall(input), { link, customer: link.metadata });
    });

    for (const { result, events, row } of results) {
      expect(result).toMatchObject({ created: true, event: { type: "rebound" } });
      expect(events).toEqual([result.event]);
      expect(row).toBeUndefined();
    }
  });

  test("installs again once with other scopes, with an event of that", async () => {
    const results = await loseEach(planted, ({ input }) =>
      remote.installations.upsert(toInstall({ ...input, scopes: ["gist"] })),
    );

    for (const { result, events } of results) {
      expect(result.event).toEqual(events[0]);
      expect(events.map(({ type }) => type)).toEqual(["reinstalled", "permissions_changed"]);
    }
  });

  test("writes tokens with other scopes once, with an event of that", async () => {
    const tokens = { accessToken: "gho_FAKE2", refreshToken: "ghr_FAKE2", scopes: ["gist"] };
    const lifetimes = { expiresInSeconds: null, refreshTokenExpiresInSeconds: null };
    const results = await loseEach(leased, (lease) =>
      remote.leases.write(lease, { ...tokens, ...lifetimes }, { keepPrevious: true }),
    );

    for (const { result, events, row } of results) {
      expect(result).toEqual({ expiresAt: null, event: events[0] });
      expect(events.map(({ type }) => type)).toEqual(["permissions_changed"]);
      expect(row).toEqual({ ...UNCHANGED, tokenChanges: 1 });
    }
  });

  test("deletes once, and reports it", async () => {
    const results = await loseEach(planted, ({ id }) => remote.installations.delete(id, 1));

    for (const { result, events, row } of results) {
      expect(result?.event).toMatchObject({ type: "uninstalled", reason: "deleted" });
      expect(events).toEqual([result?.event]);
      expect(row).toBeUndefined();
    }
  });

  test("deletes what was uninstalled before, and reports it without an event", async () => {
    const results = await loseEach(planted, async ({ id, token, installation }) => {
      await remote.tokens.endGrant(token, "uninstalled", null);
      const deleted = await remote.installations.delete(id, 1);
      return { deleted, installation };
    });

    for (const { result, events } of results) {
      expect(result.deleted).toMatchObject({
        event: null,
        installation: { id: result.installation.id },
      });
      expect(events.map(({ type }) => type)).toEqual(["uninstalled"]);
    }
  });

  test("ends a grant once, on evidence about its tokens", async () => {
    const results = await loseEach(planted, ({ token }) =>
      remote.tokens.endGrant(token, "reauthorization_required", "invalid"),
    );

    expectEnded(results);
  });

  test("ends a grant once, by a refresh", async () => {
    const results = await loseEach(leased, (lease) =>
      remote.leases.end(lease, "reauthorization_required", "invalid"),
    );

    expectEnded(results, { statusChanges: 1 });
  });

  function expectEnded(
    results: Awaited<ReturnType<typeof loseEach<unknown, unknown>>>,
    changes: { statusChanges?: number } = {},
  ): void {
    for (const { result, events, row } of results) {
      expect(events).toHaveLength(1);
      expect(result).toEqual({ event: events[0] });
      expect(row).toEqual({
        ...UNCHANGED,
        reason: "reauthorization_required",
        tokenChanges: 1,
        ...changes,
      });
    }
  }

  test("lets a grant end later once", async () => {
    const results = await loseEach(leased, (lease) => remote.leases.endLater(lease, "lost"));

    for (const { result, events, row } of results) {
      expect(result).toEqual({ event: events[0] });
      expect(events).toHaveLength(1);
      expect(row).toEqual({ ...UNCHANGED, tokenChanges: 1 });
    }
  });

  test("ends an installation once", async () => {
    const results = await loseEach(planted, async ({ id }) =>
      remote.tokens.endInstallation(await readSecrets(remote.tokens, id), "uninstalled", null),
    );

    for (const { result, events, row } of results) {
      expect(result).toEqual({ event: events[0] });
      expect(events).toHaveLength(1);
      expect(row).toMatchObject({ reason: "uninstalled", statusChanges: 1 });
    }
  });

  test("suspends once, with one event", async () => {
    const results = await loseEach(planted, async ({ id }) =>
      remote.tokens.endInstallation(await readSecrets(remote.tokens, id), "suspended", null),
    );

    for (const { result, events, row } of results) {
      expect(result).toEqual({ event: events[0] });
      expect(events).toMatchObject([{ type: "suspended" }]);
      expect(row).toMatchObject({ reason: "suspended", statusChanges: 1 });
    }
  });
});

describe("other work, of which any reply is lost,", () => {
  test("imports once", async () => {
    const results = await loseEach(planted, () =>
      remote.transfer.importAll([newImport(), newImport()], { dryRun: false }),
    );

    for (const { result } of results) {
      expect(result.created + result.unchanged).toBe(2);
      expect(result.conflicts).toEqual([]);
    }
  });

  test("updates, and returns the installation", async () => {
    const results = await loseEach(planted, ({ id }) =>
      remote.installations.update(id, { accessToken: "gho_FAKE2" }),
    );

    for (const { result } of results) expect(result).toMatchObject({ tokenExpiresAt: null });
  });

  test("reactivates once, though the caller may have to read that again", async () => {
    const results = await loseEach(planted, async ({ id }) => {
      await remote.tokens.endInstallation(await readSecrets(remote.tokens, id), "suspended", null);
      return remote.tokens.reactivate(await readSecrets(remote.tokens, id));
    });

    for (const { result, row } of results) {
      expect(result).toMatchObject({ event: { type: "unsuspended" } });
      expect(row).toMatchObject({ reason: null, statusChanges: 2 });
    }
  });

  test("takes due events, of which none is lost", async () => {
    const results = await loseEach(planted, async ({ id }) => {
      await remote.age(61);
      const taken = await remote.pendingEvents.takeDue({ count: 10, retrySeconds: 30 });
      await remote.age(31);
      const again = await remote.pendingEvents.takeDue({ count: 10, retrySeconds: 0 });
      return { id, taken, again };
    });

    expect(results[0]?.result.taken).toHaveLength(1);
    for (const { result } of results) {
      expect(result.again).toMatchObject([{ installationId: result.id }]);
    }
  });
});
