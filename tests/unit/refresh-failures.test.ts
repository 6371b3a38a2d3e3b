import { describe, expect, test } from "vitest";
import { type ErrorCode, ServiceError } from "../../core/errors.ts";
import { createRefresh } from "../../core/tokens/refresh.ts";
import {
  depsOf,
  HOUR,
  pass,
  plant,
  providerOf,
  read,
  requestOf,
  tokensOf,
} from "../support/refresh-fixture.ts";

const DEAD = new ServiceError("reauthorization_required", "Over.", { reason: "invalid_grant" });
const DOWN = new ServiceError("provider_unavailable", "Down.", { reason: "status 503" });

describe("a platform that fails for now", () => {
  test.each([
    "provider_error",
    "provider_misconfigured",
    "provider_rate_limited",
    "provider_unavailable",
    "platform_not_configured",
    "retry_later",
  ] satisfies ErrorCode[])("with %s costs no living token", async (code) => {
    const { refresh, token, store, id } = await plant(180);
    const { provider } = providerOf(() => new ServiceError(code, "No."));

    expect((await refresh(token, requestOf(provider))).accessToken).toBe("access-0");
    expect(await store.find({ id })).toMatchObject({ isActive: true });
  });

  test.each([
    ["too short for anybody", 59, 0],
    ["too short for this caller", 180, 181],
    ["dead", -1, 0],
  ])("says so when the token is %s, and marks no row", async (_, life, minTtlSeconds) => {
    const { refresh, token, store, id } = await plant(life);
    const { provider } = providerOf(() => DOWN);

    await expect(refresh(token, requestOf(provider, minTtlSeconds))).rejects.toMatchObject({
      code: "provider_unavailable",
    });
    expect(await store.find({ id })).toMatchObject({
      isActive: true,
      lastRefreshError: "provider_unavailable",
    });
  });

  test("is not called again for 30 seconds, in which all callers get the same error", async () => {
    const { store, refresh, token, id } = await plant(-1);
    const { provider, calls } = providerOf((_, call) => (call === 1 ? DOWN : tokensOf(1)));
    await refresh(token, requestOf(provider)).catch(() => {});

    pass(29);
    const cooling = await read(store, id);
    await expect(refresh(cooling, requestOf(provider))).rejects.toMatchObject({
      code: "provider_unavailable",
      reason: "cool-down",
    });
    const callsWhileCooling = calls.length;
    pass(2);
    const renewed = await refresh(await read(store, id), requestOf(provider));

    expect(callsWhileCooling).toBe(1);
    expect(renewed.accessToken).toBe("access-1");
  });

  test.each([
    "provider_error",
    "provider_misconfigured",
    "provider_rate_limited",
    "provider_unavailable",
    "platform_not_configured",
    "server_error",
  ] satisfies ErrorCode[])(
    "with %s is quoted with that code while it is left alone",
    async (code) => {
      const { store, refresh, token, id } = await plant(-1);
      const { provider, calls } = providerOf(() => new ServiceError(code, "No."));
      await refresh(token, requestOf(provider)).catch(() => {});

      const again = refresh(await read(store, id), requestOf(provider));

      await expect(again).rejects.toMatchObject({
        code,
        message: "A recent refresh of the token failed. Retry later.",
        reason: "cool-down",
      });
      expect(calls).toHaveLength(1);
    },
  );

  test("with an unknown stored code is returned as unavailable", async () => {
    const { refresh, token } = await plant(-1);
    const { provider } = providerOf(() => tokensOf(1));
    const cooling = { ...token, isCoolingDown: true, lastRefreshError: "written by hand" };

    await expect(refresh(cooling, requestOf(provider))).rejects.toMatchObject({
      code: "provider_unavailable",
    });
  });

  test("with retry_later is our own haste: nothing is remembered, and the next try is free", async () => {
    const { store, refresh, token, id } = await plant(-1);
    const { provider } = providerOf(() => new ServiceError("retry_later", "Busy."));

    await expect(refresh(token, requestOf(provider))).rejects.toMatchObject({
      code: "retry_later",
    });
    expect(await read(store, id)).toMatchObject({ isCoolingDown: false, lastRefreshError: null });
  });

  test("and asks for more time gets it, but not less than 30 seconds", async () => {
    const limited = (retryAfterSeconds: number) =>
      new ServiceError("provider_rate_limited", "Slow down.", { retryAfterSeconds });
    for (const [asked, cooling, cooled] of [
      [120, 119, 121],
      [1, 29, 31],
    ] as const) {
      const { store, refresh, token, id } = await plant(-1);
      const { provider } = providerOf(() => limited(asked));
      await refresh(token, requestOf(provider)).catch(() => {});

      pass(cooling);
      expect((await read(store, id)).isCoolingDown).toBe(true);
      pass(cooled - cooling);
      expect((await read(store, id)).isCoolingDown).toBe(false);
    }
  });

  test("keeps a waiting caller no longer than until that is known", async () => {
    const { store, refresh, token } = await plant(-1);
    const other = createRefresh(depsOf({ tokens: store, leases: store }));
    const gate = Promise.withResolvers<never>();
    const { provider, calls } = providerOf(() => gate.promise);

    const holder = other(token, requestOf(provider));
    const waiting = refresh(token, requestOf(provider));
    gate.reject(DOWN);

    await expect(holder).rejects.toMatchObject({ code: "provider_unavailable" });
    await expect(waiting).rejects.toMatchObject({ code: "provider_unavailable" });
    expect(calls).toHaveLength(1);
  });
});

describe("a platform that ends a grant", () => {
  test("is believed, and what it said is kept", async () => {
    const { store, refresh, token, id } = await plant(180);
    const { provider } = providerOf(() => DEAD);

    await expect(refresh(token, requestOf(provider))).rejects.toMatchObject({
      code: "reauthorization_required",
      reason: "invalid_grant",
    });
    expect(await store.find({ id })).toMatchObject({
      isActive: false,
      inactiveReason: "reauthorization_required",
      lastRefreshError: "invalid_grant",
    });
  });

  test.each(["suspended", "uninstalled"])("by saying %s is believed too", async (reason) => {
    const { store, refresh, token, id } = await plant(180);
    const { provider } = providerOf(
      () => new ServiceError("installation_inactive", "Gone.", { reason }),
    );

    await expect(refresh(token, requestOf(provider))).rejects.toMatchObject({
      code: "installation_inactive",
    });
    expect(await store.find({ id })).toMatchObject({ isActive: false, inactiveReason: reason });
  });

  test("is asked once more with the refresh token from before, inside the leeway", async () => {
    const { store, refresh, token, id } = await plant(-1);
    const { provider, calls } = providerOf(({ refreshToken }, call) =>
      refreshToken === "refresh-1" ? DEAD : tokensOf(call),
    );
    await refresh(token, requestOf(provider));

    pass(590);
    const stored = await read(store, id);
    const renewed = await refresh(stored, requestOf(provider));

    expect(renewed.accessToken).toBe("access-3");
    expect(calls).toEqual(["refresh-0", "refresh-1", "refresh-0"]);
    expect((await read(store, id)).accessToken).toBe("access-3");
  });

  test.each([
    ["after the leeway", 601, 600],
    ["when it has no leeway", 1, 0],
  ])("is not asked again %s", async (_, seconds, reuseLeewaySeconds) => {
    const { store, refresh, token, id } = await plant(-1);
    const { provider, calls } = providerOf((_grant, call) => (call === 1 ? tokensOf(1) : DEAD));
    const strict = { ...provider, reuseLeewaySeconds };
    await refresh(token, requestOf(strict));

    pass(seconds);
    const again = refresh(await read(store, id), requestOf(strict, HOUR));

    await expect(again).rejects.toMatchObject({ code: "reauthorization_required" });
    expect(calls).toEqual(["refresh-0", "refresh-1"]);
  });

  test("for both refresh tokens is asked twice, and no more", async () => {
    const { store, refresh, token, id } = await plant(-1);
    const { provider, calls } = providerOf((_, call) => (call === 1 ? tokensOf(1) : DEAD));
    await refresh(token, requestOf(provider));

    const again = refresh(await read(store, id), requestOf(provider, HOUR));

    await expect(again).rejects.toMatchObject({ code: "reauthorization_required" });
    expect(calls).toEqual(["refresh-0", "refresh-1", "refresh-0"]);
  });
});

describe("tokens that cannot be stored", () => {
  test("are handed to nobody, and neither is the old one, which may be dead now", async () => {
    const { store, token } = await plant(180);
    const broken = {
      ...store,
      write: () => Promise.reject(new ServiceError("retry_later", "The database is away.")),
    };
    const refresh = createRefresh(depsOf({ tokens: store, leases: broken }));
    const { provider } = providerOf(() => tokensOf(1));

    await expect(refresh(token, requestOf(provider))).rejects.toMatchObject({
      code: "retry_later",
    });
  });

  test("are not asked for when the store cannot give a lease", async () => {
    const { store, token } = await plant(-1);
    const broken = {
      ...store,
      take: () => Promise.reject(new ServiceError("retry_later", "The database is away.")),
    };
    const refresh = createRefresh(depsOf({ tokens: store, leases: broken }));
    const { provider, calls } = providerOf(() => tokensOf(1));

    await expect(refresh(token, requestOf(provider))).rejects.toMatchObject({
      code: "retry_later",
    });
    expect(calls).toEqual([]);
  });
});
