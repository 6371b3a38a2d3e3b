import { describe, expect, test } from "vitest";
import { ALIVE, plantAt, REVOKED, SUSPENDED } from "../support/reconcile-fixture.ts";
import { tokensOf } from "../support/refresh-fixture.ts";

describe("an installation that the platform reports as active", () => {
  test("is reactivated after a suspension, with its event", async () => {
    const { run, store, secrets, read, events } = await plantAt(ALIVE);
    await store.endInstallation(await secrets(), "suspended", null);

    expect(await run()).toMatchObject({ before: "suspended", isChanged: true });
    expect(await read()).toMatchObject({ isActive: true });
    expect(events.published).toMatchObject([{ type: "unsuspended" }]);
  });

  test.each([
    ["is named", "ours", true],
    ["cannot be named", undefined, false],
  ])("B1 and was stored as ended is restored only if its organization %s", async (_, name, is) => {
    const planted = await plantAt(async () => ({
      ...ALIVE,
      organizationId: name && planted.organizationId,
    }));
    await planted.store.endInstallation(await planted.secrets(), "uninstalled", null);

    const unasked = await planted.run();
    const result = await planted.run({ restoresEnded: true });

    expect(unasked).toMatchObject({ isChanged: false });
    expect(result).toMatchObject({ before: "uninstalled", isChanged: is });
    expect(await planted.read()).toMatchObject({ isActive: is });
  });

  test("is not restored when an operator disabled it", async () => {
    const planted = await plantAt(async () => ({
      ...ALIVE,
      organizationId: planted.organizationId,
    }));
    await planted.store.update(planted.id, { isActive: false });

    expect(await planted.run({ restoresEnded: true })).toMatchObject({ isChanged: false });
    expect(await planted.read()).toMatchObject({ inactiveReason: "disabled" });
  });

  test("D6 is given another token when the stored one may have changed", async () => {
    const { run, secrets, startRefresh, store } = await plantAt(ALIVE);
    const before = await secrets();
    const lease = await startRefresh();

    await run({ mayChangeToken: true });

    expect((await secrets()).tokenVersion).toBeGreaterThan(before.tokenVersion);
    expect(await store.findToken({ id: before.installationId })).toMatchObject({
      lifeLeftSeconds: null,
    });
    expect(await store.write(lease, tokensOf(2), { keepPrevious: false })).toBeUndefined();
  });

  test("of another organization is not changed", async () => {
    const { run, read, secrets } = await plantAt({ ...ALIVE, organizationId: "another" });
    const before = await secrets();

    expect(await run({ mayChangeToken: true })).toMatchObject({
      belongsToOtherOrganization: true,
      isChanged: false,
    });
    expect(await read()).toMatchObject({ isActive: true });
    expect(await secrets()).toEqual(before);
  });
});

test.each([
  ["a suspension", SUSPENDED, {}],
  ["a revoked token", REVOKED, {}],
  ["another name", { ...ALIVE, organizationName: "renamed" }, {}],
  ["a changed token", ALIVE, { mayChangeToken: true }],
] as const)("a dry run reports %s and changes nothing", async (_, state, options) => {
  const { run, read, secrets, events } = await plantAt(state);
  const before = [await read(), await secrets()];

  expect(await run({ dryRun: true, ...options })).toMatchObject({ state });
  expect([await read(), await secrets()]).toEqual(before);
  expect(events.published).toEqual([]);
});
