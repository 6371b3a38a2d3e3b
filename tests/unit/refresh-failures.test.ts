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

describe("a temporary failure of a platform", () => {
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
    ["too short for any caller", 59, 0],
    ["too short for this caller", 180, 181],
    ["dead", -1, 0],
  ])("is thrown if the token is %s, and deactivates nothing", async (_, life, minTtlSeconds) => {
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

  test("is followed by a cool-down of 30 seconds with the same error", async () => {
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
    "with %s is thrown with that code during the cool-down",
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

  test("with an unknown stored code is thrown as provider_unavailable", async () => {
    const { refresh, token } = await plant(-1);
    const { provider } = providerOf(() => tokensOf(1));
    const cooling = { ...token, isCoolingDown: true, lastRefreshError: "written by hand" };

    await expect(refresh(cooling, requestOf(provider))).rejects.toMatchObject({
      code: "provider_unavailable",
    });
  });

  test("with retry_later stores nothing and starts no cool-down", async () => {
    const { store, refresh, token, id } = await plant(-1);
    const { provider } = providerOf(() => new ServiceError("retry_later", "Busy."));

    await expect(refresh(token, requestOf(provider))).rejects.toMatchObject({
      code: "retry_later",
    });
    expect(await read(store, id)).toMatchObject({ isCoolingDown: false, lastRefreshError: null });
  });

  test("has a cool-down of its Retry-After, and of at least 30 seconds", async () => {
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

  test("ends the wait of other callers", async () => {
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

describe("a platform that reports the end of a grant", () => {
  test("deactivates the installation and stores the platform's error", async () => {
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

  test.each(["suspended", "uninstalled"])(
    "with %s deactivates the installation too",
    async (reason) => {
      const { store, refresh, token, id } = await plant(180);
      const { provider } = providerOf(
        () => new ServiceError("installation_inactive", "Gone.", { reason }),
      );

      await expect(refresh(token, requestOf(provider))).rejects.toMatchObject({
        code: "installation_inactive",
      });
      expect(await store.find({ id })).toMatchObject({ isActive: false, inactiveReason: reason });
    },
  );

  test("is called again with the previous refresh token, within the leeway", async () => {
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
    ["without a leeway", 1, 0],
  ])("is not called again %s", async (_, seconds, reuseLeewaySeconds) => {
    const { store, refresh, token, id } = await plant(-1);
    const { provider, calls } = providerOf((_grant, call) => (call === 1 ? tokensOf(1) : DEAD));
    const strict = { ...provider, reuseLeewaySeconds };
    await refresh(token, requestOf(strict));

    pass(seconds);
    const again = refresh(await read(store, id), requestOf(strict, HOUR));

    await expect(again).rejects.toMatchObject({ code: "reauthorization_required" });
    expect(calls).toEqual(["refresh-0", "refresh-1"]);
  });

  test("for both refresh tokens is called twice, and no more", async () => {
    const { store, refresh, token, id } = await plant(-1);
    const { provider, calls } = providerOf((_, call) => (call === 1 ? tokensOf(1) : DEAD));
    await refresh(token, requestOf(provider));

    const again = refresh(await read(store, id), requestOf(provider, HOUR));

    await expect(again).rejects.toMatchObject({ code: "reauthorization_required" });
    expect(calls).toEqual(["refresh-0", "refresh-1", "refresh-0"]);
  });
});

describe("tokens that cannot be stored", () => {
  test("are not returned, nor is the old one, which may be invalid", async () => {
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

  test("are not requested without a lease", async () => {
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
