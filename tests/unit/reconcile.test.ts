import { describe, expect, test } from "vitest";
import { reconcile } from "../../core/installations/reconcile.ts";
import type { GrantState } from "../../core/ports/provider.ts";
import { toInstall } from "../contract/stores.ts";
import { ALIVE, GONE, plantAt, REVOKED, SUSPENDED } from "../support/reconcile-fixture.ts";
import { tokensOf } from "../support/refresh-fixture.ts";

describe("the permissions at the platform", () => {
  const READ = { contents: "read" };
  const WRITE = { contents: "write" };
  const active = (permissions: Readonly<Record<string, string>>): GrantState => ({
    status: "active",
    organizationId: undefined,
    organizationName: undefined,
    permissions,
  });

  test("are stored with an event when they changed, and no token with the old ones is returned", async () => {
    const planted = await plantAt(active(READ), active(WRITE));

    await planted.run();
    const known = [...planted.events.published];
    const result = await planted.run({ mayChangeToken: true });
    await planted.run();

    expect(known).toEqual([]);
    expect(result).toMatchObject({ before: null, isChanged: false });
    expect(planted.events.published).toMatchObject([{ type: "permissions_changed" }]);
    expect(await planted.read()).toMatchObject({ permissions: WRITE, tokenExpiresAt: null });
    expect(planted.checked).toHaveLength(3);
  });

  test("are stored together with the end of a suspension", async () => {
    const planted = await plantAt(active(READ), active(WRITE));
    await planted.run();
    await planted.store.endInstallation(await planted.secrets(), "suspended", null);

    const result = await planted.run();

    expect(result).toMatchObject({ before: "suspended", isChanged: true });
    expect(await planted.read()).toMatchObject({ isActive: true, permissions: WRITE });
    expect(planted.events.published).toMatchObject([
      { type: "permissions_changed" },
      { type: "unsuspended" },
    ]);
  });

  test("are not stored in a dry run, and not of another organization", async () => {
    const other = { ...active(WRITE), organizationId: "1" };
    const planted = await plantAt(active(READ), active(WRITE), other);
    await planted.run();

    await planted.run({ dryRun: true });
    await planted.run();

    expect(await planted.read()).toMatchObject({ permissions: READ });
  });

  test("are not stored for an installation that nobody has connected", async () => {
    const { deps, events, input, store } = await plantAt(active(READ));
    const key = { platform: "github", organizationId: "unclaimed-1" } as const;
    await store.addUnclaimed({ ...input, ...key, providerInstallationId: "8", requester: null });

    await reconcile(deps, key, { remainingMs: () => 5_000 });

    expect(await store.find(key)).toMatchObject({ inactiveReason: "unclaimed" });
    expect((await store.find(key))?.permissions).toEqual({});
    expect(events.published).toEqual([]);
  });

  test("are requested again if a mint stored others meanwhile", async () => {
    const planted = await plantAt(
      active(READ),
      async () => {
        const lease = await planted.startRefresh();
        const minted = { ...tokensOf(2), permissions: { contents: "admin" } };
        await planted.store.write(lease, minted, { keepPrevious: false });
        return active(WRITE);
      },
      active({ contents: "admin" }),
    );
    await planted.run();

    await planted.run();

    expect(await planted.read()).toMatchObject({ permissions: { contents: "admin" } });
    expect(planted.checked).toHaveLength(3);
  });
});

describe("evidence about the installation", () => {
  test("A6b ends it during a refresh, whose tokens are not stored any more", async () => {
    const { run, startRefresh, store, read, events, checked } = await plantAt(GONE);
    const lease = await startRefresh();

    const result = await run();

    expect(result).toMatchObject({ before: null, state: GONE, isChanged: true });
    expect(await store.write(lease, tokensOf(2), { keepPrevious: false })).toBeUndefined();
    expect(await read()).toMatchObject({ isActive: false, inactiveReason: "uninstalled" });
    expect(events.published).toMatchObject([{ type: "uninstalled", reason: "uninstalled" }]);
    expect(checked).toHaveLength(1);
  });

  test("is asked for again after the installation was made again meanwhile", async () => {
    const planted = await plantAt(async () => {
      await planted.store.upsert(toInstall({ ...planted.input, providerInstallationId: "8" }));
      return GONE;
    }, ALIVE);

    const result = await planted.run();

    expect(result).toMatchObject({ state: ALIVE, isChanged: false });
    expect(planted.checked).toHaveLength(2);
    expect(await planted.read()).toMatchObject({ isActive: true, providerInstallationId: "8" });
    expect(planted.events.published).toEqual([]);
  });

  test("of two webhooks out of order leaves the status that the platform has at last", async () => {
    // The first one is asked before the second suspension, and is stored after it was lifted.
    const planted = await plantAt(
      async () => {
        await planted.store.endInstallation(await planted.secrets(), "suspended", null);
        await planted.store.reactivate(await planted.secrets());
        return SUSPENDED;
      },
      { ...ALIVE, organizationId: "67890" },
    );

    await planted.run();

    expect(planted.checked).toHaveLength(2);
    expect(await planted.read()).toMatchObject({ isActive: true });
  });

  test("of a suspension that was lifted meanwhile is not stored after the webhook about that", async () => {
    const planted = await plantAt(async () => {
      await planted.run({ mayChangeToken: true });
      return SUSPENDED;
    }, ALIVE);

    await planted.run();

    expect(planted.checked).toHaveLength(3);
    expect(await planted.read()).toMatchObject({ isActive: true });
  });

  test("that there is no suspension is asked for again after one was stored meanwhile", async () => {
    const planted = await plantAt(async () => {
      await planted.store.endInstallation(await planted.secrets(), "suspended", null);
      return ALIVE;
    }, ALIVE);

    await planted.run({ mayChangeToken: true });

    expect(planted.checked).toHaveLength(2);
    expect(await planted.read()).toMatchObject({ isActive: true });
  });

  test("is asked for three times, and then refused with retry_later", async () => {
    const planted = await plantAt(async () => {
      const secrets = await planted.secrets();
      await planted.store.endInstallation(secrets, "suspended", null);
      await planted.store.reactivate(await planted.secrets());
      return SUSPENDED;
    });

    await expect(planted.run()).rejects.toMatchObject({
      code: "retry_later",
      reason: "status changed",
    });
    expect(planted.checked).toHaveLength(3);
  });
});

describe("evidence about a token", () => {
  test.each([
    ["that it is rejected", "reauthorization_required", true],
    ["that the app was uninstalled", "uninstalled", false],
  ] as const)("that has expired: %s", async (_, status, isActive) => {
    const { run, store, id, read } = await plantAt({ status, evidence: "token" });
    await store.update(id, { tokenExpiresAt: new Date(Date.now() - 1000) });

    expect(await run()).toMatchObject({ isChanged: !isActive });
    expect(await read()).toMatchObject({ isActive });
  });

  test("ends the grant when no refresh is under way", async () => {
    const { run, read, slept } = await plantAt(REVOKED);

    expect(await run()).toMatchObject({ isChanged: true });
    expect(slept).toEqual([]);
    expect(await read()).toMatchObject({ inactiveReason: "uninstalled" });
  });

  test("waits for a refresh, and is asked for again with the new token", async () => {
    const planted = await plantAt(REVOKED, ALIVE);
    const lease = await planted.startRefresh();
    planted.afterSleep.push(
      async () => {},
      () => planted.store.write(lease, tokensOf(2), { keepPrevious: false }),
    );

    const result = await planted.run();

    expect(result).toMatchObject({ state: ALIVE, isChanged: false });
    expect(planted.slept).toEqual([250, 250]);
    expect(planted.checked).toEqual([expect.any(String), "access-2"]);
    expect(planted.checked[0]).not.toBe("access-2");
    expect(await planted.read()).toMatchObject({ isActive: true });
  });

  test("ends the grant when the new token is refused too", async () => {
    const planted = await plantAt(REVOKED);
    const lease = await planted.startRefresh();
    planted.afterSleep.push(() => planted.store.write(lease, tokensOf(2), { keepPrevious: false }));

    expect(await planted.run()).toMatchObject({ isChanged: true });
    expect(await planted.read()).toMatchObject({ inactiveReason: "uninstalled" });
  });

  test("is refused with retry_later, and changes nothing, when the refresh takes too long", async () => {
    const { run, startRefresh, read, events, slept } = await plantAt(REVOKED);
    await startRefresh();

    await expect(run()).rejects.toMatchObject({ code: "retry_later", reason: "refresh open" });
    expect(slept.length).toBeGreaterThan(10);
    expect(await read()).toMatchObject({ isActive: true });
    expect(events.published).toEqual([]);
  });

  test("changes nothing while the outcome of a refresh is unknown, although nobody has a lease", async () => {
    const { run, startRefresh, store, read } = await plantAt(REVOKED);
    const lease = await startRefresh();
    await store.coolDown(lease, { error: "provider_unavailable", seconds: 0, outcome: "unknown" });

    await expect(run()).rejects.toMatchObject({ code: "retry_later" });
    expect(await read()).toMatchObject({ isActive: true });
  });

  test("that was about a token that was replaced meanwhile is asked for again", async () => {
    const planted = await plantAt(async () => {
      const lease = await planted.startRefresh();
      await planted.store.write(lease, tokensOf(2), { keepPrevious: false });
      return REVOKED;
    }, ALIVE);

    expect(await planted.run()).toMatchObject({ isChanged: false });
    expect(planted.checked[1]).toBe("access-2");
    expect(await planted.read()).toMatchObject({ isActive: true });
  });

  test.each(Array.from({ length: 100 }, (_, index) => index))(
    "ends nothing, however it is interleaved with a refresh that ends the old token (%i)",
    async (number) => {
      const pause = async (steps: number) => {
        for (let step = 0; step < steps; step += 1) await undefined;
      };
      let isRotated = false;
      const planted = await plantAt(async (accessToken) => {
        await pause(number % 7);
        return isRotated && accessToken !== "access-2" ? REVOKED : ALIVE;
      });
      async function refresh(): Promise<void> {
        await pause(number % 11);
        const lease = await planted.startRefresh();
        isRotated = true;
        await pause(number / 3);
        await planted.store.write(lease, tokensOf(2), { keepPrevious: false });
      }

      const [refreshed] = await Promise.allSettled([refresh(), planted.run()]);

      expect(refreshed.status).toBe("fulfilled");
      expect(await planted.read()).toMatchObject({ isActive: true });
      expect(planted.events.published).toEqual([]);
    },
  );
});
