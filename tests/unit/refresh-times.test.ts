import { describe, expect, test } from "vitest";
import { createRefresh } from "../../core/tokens/refresh.ts";
import { systemTiming } from "../../core/tokens/timing.ts";
import {
  checkOf,
  DOWN,
  depsOf,
  OAUTH_APP,
  pass,
  plantOld,
  providerOf,
  read,
  requestOf,
  SLACK,
  timingOf,
  tokensOf,
} from "../support/refresh-fixture.ts";

/** An installation with a life of half an hour. Its leases, which take so long, and time limits are recorded. */
async function recorded(takeSeconds = 0, extendSeconds = 0) {
  const { store, token, id } = await plantOld(1800);
  const { timing, limits } = timingOf();
  const leaseSeconds: number[] = [];
  const leases: typeof store = {
    ...store,
    take(wanted, options) {
      leaseSeconds.push(options.seconds);
      const taken = store.take(wanted, options);
      pass(takeSeconds);
      return taken;
    },
    extend(lease, options) {
      leaseSeconds.push(options.seconds);
      const extended = store.extend(lease, options);
      pass(extendSeconds);
      return extended;
    },
  };
  const refresh = createRefresh({ ...depsOf({ tokens: store, leases }), timing });
  return { store, token, id, refresh, limits, leaseSeconds };
}

describe("the time of a call that refreshes", () => {
  test.each([
    ["20 seconds", 30_000, 20_000],
    ["20 seconds, however much time is left", 300_000, 20_000],
    ["all but seven seconds", 20_000, 13_000],
    ["at least ten seconds", 17_000, 10_000],
  ])("is %s", async (_, remainingMs, expected) => {
    const { token, refresh, limits, leaseSeconds } = await recorded();
    const { provider } = providerOf(() => tokensOf(1));

    await refresh(token, requestOf(provider, 0, remainingMs));

    expect(limits).toEqual([expected]);
    expect(leaseSeconds).toEqual([expected / 1000 + 6]);
  });

  test("is what is left, if it is a second try: the lease is extended for it", async () => {
    const { token, refresh, limits, leaseSeconds } = await recorded();
    const { provider, calls } = providerOf((_, call) => (call === 1 ? DOWN : tokensOf(1)), SLACK);
    const remainingMs = () => (calls.length > 0 ? 18_000 : 30_000);

    await refresh(token, { ...requestOf(provider), remainingMs });

    expect(limits).toEqual([20_000, 11_000]);
    expect(leaseSeconds).toEqual([26, 17]);
  });

  test.each([
    ["is shorter by the time that extending the lease took", 2.4, [20_000, 8600], "access-2"],
    ["is too short if that took too long", 3.5, [20_000], "access-0"],
  ])("of a second try %s", async (_, extendSeconds, expected, accessToken) => {
    const { token, refresh, limits } = await recorded(0, extendSeconds);
    const { provider, calls } = providerOf((_grant, call) => {
      return call === 1 ? DOWN : tokensOf(call);
    }, SLACK);
    const remainingMs = () => (calls.length > 0 ? 18_000 : 30_000);

    const refreshed = await refresh(token, { ...requestOf(provider), remainingMs });

    expect(refreshed.accessToken).toBe(accessToken);
    expect(limits).toEqual(expected);
  });

  test("may be as short as ten seconds less the statement that took the lease", async () => {
    const { token, refresh, limits } = await recorded(2.4);
    const { provider } = providerOf(() => tokensOf(1));

    await refresh(token, requestOf(provider, 0, 17_000));

    expect(limits).toEqual([7600]);
  });

  test("begins before the lease does", async () => {
    const { token, refresh, limits, leaseSeconds } = await recorded(3);
    const { provider } = providerOf(() => tokensOf(1));

    await refresh(token, requestOf(provider));

    expect(limits).toEqual([17_000]);
    expect(leaseSeconds).toEqual([26]);
  });

  test("is too short after the process stood still with a lease: nothing is sent", async () => {
    const { store, token, id, refresh } = await recorded(15);
    const { provider, calls } = providerOf(() => tokensOf(1), SLACK);

    const { accessToken } = await refresh(token, requestOf(provider));

    expect(accessToken).toBe("access-0");
    expect(calls).toEqual([]);
    expect(await read(store, id)).toMatchObject({ refreshAttempts: 0 });
  });

  test("includes the check before it", async () => {
    const { store, token, id, refresh, limits, leaseSeconds } = await recorded();
    await store.take(token, { seconds: 1 });
    pass(2);
    const { provider } = providerOf(() => tokensOf(1), {
      ...OAUTH_APP,
      async check() {
        pass(4);
        return { status: "reauthorization_required", evidence: "token" };
      },
    });

    await refresh(await read(store, id), requestOf(provider));

    expect(limits).toEqual([6000, 16_000]);
    expect(leaseSeconds).toEqual([26]);
  });

  test("is ten seconds at least after a check", async () => {
    const { store, token, id, refresh, limits } = await recorded();
    await store.take(token, { seconds: 1 });
    pass(2);
    const { provider } = providerOf(() => tokensOf(1), {
      ...OAUTH_APP,
      async check() {
        pass(3);
        return { status: "reauthorization_required", evidence: "token" };
      },
    });

    await refresh(await read(store, id), requestOf(provider, 0, 20_000));

    expect(limits).toEqual([6000, 10_000]);
  });

  test("is too short after a slow check: nothing is sent, and that is left to the next caller", async () => {
    const { store, token, id, refresh } = await recorded();
    await store.take(token, { seconds: 1 });
    pass(2);
    const { provider, calls } = providerOf(() => tokensOf(1), {
      ...OAUTH_APP,
      async check() {
        pass(5);
        return { status: "reauthorization_required", evidence: "token" };
      },
    });

    const failing = refresh(await read(store, id), requestOf(provider, 0, 20_000));

    await expect(failing).rejects.toMatchObject({ code: "retry_later" });
    expect(calls).toEqual([]);
    expect(await read(store, id)).toMatchObject({ refreshAttempts: 1, coolDownSeconds: 2 });
  });
});

test("a check after a failed refresh has three seconds, while the lease lasts", async () => {
  const { token, refresh, limits } = await recorded();
  const { provider } = providerOf(() => DOWN, { ...SLACK, ...checkOf("alive") });

  await refresh(token, requestOf(provider));

  expect(limits).toEqual([20_000, 20_000, 3000]);
});

test("a token that grew too old during a call is not returned", async () => {
  const { token, refresh } = await recorded();
  const { provider } = providerOf(async () => {
    pass(20);
    throw DOWN;
  });
  const request = { ...requestOf(provider, 1790), remainingMs: () => 17_000 };

  await expect(refresh(token, request)).rejects.toMatchObject({ code: "provider_unavailable" });
});

test("an attempt is reported with its time", async () => {
  const { store, token } = await plantOld(1800);
  const deps = depsOf({ tokens: store, leases: store });
  const { provider } = providerOf(async () => {
    pass(3);
    return tokensOf(1);
  });

  await createRefresh(deps)(token, requestOf(provider));

  expect(deps.attempts).toMatchObject([{ platform: "jira", outcome: "ok", milliseconds: 3000 }]);
});

test("a waiting caller sleeps between 20 and 600 milliseconds, by chance", async () => {
  const { store, token } = await plantOld(-1);
  const slept: number[] = [];
  const numbers = [0, 0.999_999, 0.5];
  const timing = {
    ...systemTiming,
    random: () => numbers[slept.length % 3] ?? 0,
    async sleep(milliseconds: number) {
      slept.push(milliseconds);
    },
  };
  const leases = { ...store, take: async () => undefined };
  const refresh = createRefresh({ ...depsOf({ tokens: store, leases }), timing });
  const { provider } = providerOf(() => tokensOf(1));
  const remainingMs = () => (slept.length < 12 ? 30_000 : 1000);

  const waiting = refresh(token, { ...requestOf(provider), remainingMs });

  await expect(waiting).rejects.toMatchObject({ code: "retry_later", retryAfterSeconds: 2 });
  expect(Math.min(...slept)).toBeGreaterThanOrEqual(20);
  expect(Math.max(...slept)).toBeLessThanOrEqual(600);
});
