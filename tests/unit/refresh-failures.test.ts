import { describe, expect, test } from "vitest";
import { type ErrorCode, ServiceError } from "../../core/errors.ts";
import { createRefresh } from "../../core/tokens/refresh.ts";
import {
  DEAD,
  DOWN,
  depsOf,
  HOUR,
  pass,
  plant,
  providerOf,
  read,
  rejection,
  requestOf,
  tokensOf,
} from "../support/refresh-fixture.ts";

const LIMITED = rejection("provider_rate_limited");
const AWAY = new ServiceError("retry_later", "The database is away.");

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
    const { provider } = providerOf(() => rejection(code));

    expect((await refresh(token, requestOf(provider))).accessToken).toBe("access-0");
    expect(await store.find({ id })).toMatchObject({ isActive: true });
  });

  test.each([
    ["too short for any caller", 59, 0],
    ["too short for this caller", 180, 181],
    ["expired", -1, 0],
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

  test("is followed by a cool-down of two seconds with the same error", async () => {
    const { store, refresh, token, id } = await plant(-1);
    const { provider, calls } = providerOf((_, call) => (call === 1 ? LIMITED : tokensOf(call)));
    await refresh(token, requestOf(provider)).catch(() => {});

    pass(1.5);
    const cooling = await read(store, id);
    await expect(refresh(cooling, requestOf(provider))).rejects.toMatchObject({
      code: "provider_rate_limited",
      reason: "cool-down",
      retryAfterSeconds: 1,
    });
    const callsWhileCooling = calls.length;
    pass(1);
    const renewed = await refresh(await read(store, id), requestOf(provider));

    expect(callsWhileCooling).toBe(1);
    expect(renewed.accessToken).toBe("access-2");
  });

  test("has a cool-down of 2, 4, 8, 16 and then 30 seconds, until tokens are stored", async () => {
    const { store, refresh, id } = await plant(-1);
    let failure: ServiceError | undefined = LIMITED;
    const { provider } = providerOf(() => failure ?? tokensOf(1));
    async function fail() {
      const error: unknown = await refresh(await read(store, id), requestOf(provider)).catch(
        (reason: unknown) => reason,
      );
      const { coolDownSeconds } = await read(store, id);
      pass((coolDownSeconds ?? 0) + 0.1);
      return [Math.round(coolDownSeconds ?? 0), Object(error).retryAfterSeconds];
    }

    const waits = [
      await fail(),
      await fail(),
      await fail(),
      await fail(),
      await fail(),
      await fail(),
    ];
    failure = undefined;
    await refresh(await read(store, id), requestOf(provider));
    pass(HOUR);
    failure = LIMITED;

    expect(waits).toEqual([2, 4, 8, 16, 30, 30].map((seconds) => [seconds, seconds]));
    expect(await fail()).toEqual([2, 2]);
  });

  test.each([
    "provider_error",
    "provider_misconfigured",
    "provider_rate_limited",
    "provider_unavailable",
    "platform_not_configured",
    "retry_later",
    "server_error",
  ] satisfies ErrorCode[])(
    "with %s is thrown with that code during the cool-down",
    async (code) => {
      const { store, refresh, token, id } = await plant(-1);
      const { provider, calls } = providerOf(() => rejection(code));
      await refresh(token, requestOf(provider)).catch(() => {});

      const again = refresh(await read(store, id), requestOf(provider));

      await expect(again).rejects.toMatchObject({
        code,
        message: "A recent refresh of the token failed. Retry after 2 s.",
        reason: "cool-down",
      });
      expect(calls).toHaveLength(1);
    },
  );

  test("with an unknown stored code is thrown as provider_unavailable", async () => {
    const { refresh, token } = await plant(-1);
    const { provider } = providerOf(() => tokensOf(1));
    const cooling = { ...token, coolDownSeconds: 2, lastRefreshError: "written by hand" };

    await expect(refresh(cooling, requestOf(provider))).rejects.toMatchObject({
      code: "provider_unavailable",
    });
  });

  test.each([
    ["which is longer", 120],
    ["which is shorter", 1],
  ])("has a cool-down of its Retry-After, %s", async (_, seconds) => {
    const { store, refresh, token, id } = await plant(-1);
    const { provider } = providerOf(() => rejection("provider_rate_limited", seconds));
    // From here on, the clock stands still.
    pass(0);

    await expect(refresh(token, requestOf(provider))).rejects.toMatchObject({
      code: "provider_rate_limited",
      retryAfterSeconds: seconds,
    });

    pass(seconds - 0.5);
    expect((await read(store, id)).coolDownSeconds).toBeCloseTo(0.5);
    pass(1);
    expect((await read(store, id)).coolDownSeconds).toBeNull();
  });

  test("ends the wait of other callers", async () => {
    const { store, refresh, token } = await plant(-1);
    const other = createRefresh(depsOf({ tokens: store, leases: store }));
    const gate = Promise.withResolvers<never>();
    const { provider, calls } = providerOf(() => gate.promise);

    const holder = other(token, requestOf(provider));
    const waiting = refresh(token, requestOf(provider));
    gate.reject(LIMITED);

    await expect(holder).rejects.toMatchObject({ code: "provider_rate_limited" });
    await expect(waiting).rejects.toMatchObject({ code: "provider_rate_limited" });
    expect(calls).toHaveLength(1);
  });

  test("returns the stored token also if the failure cannot be stored", async () => {
    const { store, token } = await plant(180);
    const leases = { ...store, coolDown: () => Promise.reject(AWAY) };
    const refresh = createRefresh(depsOf({ tokens: store, leases }));
    const { provider } = providerOf(() => LIMITED);

    expect((await refresh(token, requestOf(provider))).accessToken).toBe("access-0");
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
    const renewed = await refresh(stored, requestOf(provider, HOUR));

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
