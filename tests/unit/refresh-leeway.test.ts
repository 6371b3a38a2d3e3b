import { describe, expect, test } from "vitest";
import type { RefreshLease } from "../../core/ports/refresh-leases.ts";
import type { StoredToken } from "../../core/ports/token-store.ts";
import { createRefresh } from "../../core/tokens/refresh.ts";
import {
  DEAD,
  depsOf,
  plant,
  providerOf,
  read,
  rejection,
  requestOf,
  tokensOf,
} from "../support/refresh-fixture.ts";

/** An installation whose refresh token was rotated 599 seconds ago by default. */
async function rotated(change: Partial<RefreshLease> = {}) {
  const { store, token, id } = await plant(-1);
  const leases = {
    ...store,
    async take(wanted: StoredToken, options: { seconds: number }) {
      const lease = await store.take(wanted, options);
      const rotation = { previousRefreshToken: "refresh-before", rotatedSecondsAgo: 599 };
      return lease && { ...lease, ...rotation, ...change };
    },
  };
  const { provider, calls } = providerOf(({ refreshToken }) =>
    refreshToken === "refresh-0" ? DEAD : tokensOf(1),
  );
  return { store, leases, token, id, provider, calls };
}

describe("a refresh token that the platform rejects", () => {
  test("is replaced by the previous one, within the leeway", async () => {
    const { store, leases, token, provider, calls } = await rotated();
    const refresh = createRefresh(depsOf({ tokens: store, leases }));

    const renewed = await refresh(token, requestOf(provider, 0, 17_000));

    expect(renewed.accessToken).toBe("access-1");
    expect(calls).toEqual(["refresh-0", "refresh-before"]);
  });

  test.each([
    ["the leeway is over", { rotatedSecondsAgo: 600 }],
    ["the time of its rotation is not known", { rotatedSecondsAgo: null }],
    ["no previous one can be decrypted", { previousRefreshToken: null }],
  ])("ends the grant if %s", async (_, change) => {
    const { store, leases, token, provider, calls } = await rotated(change);
    const refresh = createRefresh(depsOf({ tokens: store, leases }));

    await expect(refresh(token, requestOf(provider))).rejects.toMatchObject({
      code: "reauthorization_required",
    });
    expect(calls).toEqual(["refresh-0"]);
  });

  test("is the only one to be replaced: after another failure, the previous one is not sent", async () => {
    const { store, leases, token } = await rotated();
    const refresh = createRefresh(depsOf({ tokens: store, leases }));
    const { provider, calls } = providerOf(() => rejection("provider_rate_limited"));

    await expect(refresh(token, requestOf(provider))).rejects.toMatchObject({
      code: "provider_rate_limited",
    });
    expect(calls).toEqual(["refresh-0"]);
  });

  test("is not replaced, and ends nothing, without time for a second call", async () => {
    const { store, leases, token, id, provider, calls } = await rotated();
    const refresh = createRefresh(depsOf({ tokens: store, leases }));
    const request = {
      ...requestOf(provider),
      remainingMs: () => (calls.length > 0 ? 16_999 : 30_000),
    };

    await expect(refresh(token, request)).rejects.toMatchObject({
      code: "retry_later",
      reason: "time",
    });
    expect(calls).toEqual(["refresh-0"]);
    expect(await store.find({ id })).toMatchObject({ isActive: true });
    expect(await read(store, id)).toMatchObject({ refreshAttempts: 0, refreshFailures: 1 });
  });

  test("is not replaced after the lease was lost", async () => {
    const { store, leases, token, id, provider, calls } = await rotated();
    const refresh = createRefresh(
      depsOf({ tokens: store, leases: { ...leases, extend: async () => undefined } }),
    );

    await expect(refresh(token, requestOf(provider))).rejects.toMatchObject({
      code: "retry_later",
    });
    expect(calls).toEqual(["refresh-0"]);
    expect(await store.find({ id })).toMatchObject({ isActive: true });
  });
});

describe("after a rotation", () => {
  test.each([
    ["stored if the platform allows its reuse", 600, "refresh-0"],
    ["deleted if the platform does not", 0, null],
  ])("the previous refresh token is %s", async (_, reuseLeewaySeconds, expected) => {
    const { store, refresh, token, id } = await plant(-1);
    const { provider } = providerOf(() => tokensOf(1));

    await refresh(token, requestOf({ ...provider, reuseLeewaySeconds }));

    const lease = await store.take(await read(store, id), { seconds: 26 });
    expect(lease).toMatchObject({ refreshToken: "refresh-1", previousRefreshToken: expected });
  });
});
