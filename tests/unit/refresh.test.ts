import { describe, expect, test } from "vitest";
import type { StoredToken } from "../../core/ports/token-store.ts";
import {
  aged,
  hasUsableLife,
  isDoubtful,
  isExpired,
  isFresh,
  isRefreshed,
} from "../../core/tokens/freshness.ts";
import { createRefresh } from "../../core/tokens/refresh.ts";
import { toInstall } from "../contract/stores.ts";
import {
  DEAD,
  depsOf,
  HOUR,
  jira,
  plant,
  providerOf,
  read,
  requestOf,
  tokensOf,
} from "../support/refresh-fixture.ts";
import { TOKEN } from "../support/stored-token.ts";

describe("a token is fresh", () => {
  test.each([
    ["at the margin of its platform", { left: 900, life: HOUR }, 0, true],
    ["not below the margin", { left: 899, life: HOUR }, 0, false],
    ["at a quarter of a short life", { left: 75, life: 300 }, 0, true],
    ["not below a quarter of a short life", { left: 74, life: 300 }, 0, false],
    ["at the margin of a long life", { left: 900, life: 100 * HOUR }, 0, true],
    ["at the requested life", { left: 1800, life: HOUR }, 1800, true],
    ["not below the requested life", { left: 1799, life: HOUR }, 1800, false],
    ["not below the margin, if less is requested", { left: 899, life: HOUR }, 60, false],
    ["at the margin, if its lifetime is not known", { left: 900, life: null }, 0, true],
    ["not below the margin, if its lifetime is not known", { left: 899, life: null }, 0, false],
    ["not after it expired", { left: -1, life: HOUR }, 0, false],
    [
      "never, if its expiry is not known and its platform's tokens expire",
      { left: null, life: null },
      0,
      false,
    ],
  ] as const)("%s", (_, { left, life }, minTtlSeconds, expected) => {
    const token = { ...TOKEN, lifeLeftSeconds: left, lifetimeSeconds: life };

    expect(isFresh(token, { provider: jira, minTtlSeconds })).toBe(expected);
  });

  test("always, if tokens of its platform need not expire", () => {
    const provider = { ...jira, tokensExpire: false };

    expect(isFresh(TOKEN, { provider, minTtlSeconds: 3000 })).toBe(true);
  });

  test("never, if there is none", () => {
    const token = { ...TOKEN, accessToken: null, lifeLeftSeconds: HOUR, lifetimeSeconds: HOUR };

    expect(isFresh(token, { provider: jira, minTtlSeconds: 0 })).toBe(false);
  });
});

describe("a token is doubtful", () => {
  const fresh = { ...TOKEN, lifeLeftSeconds: HOUR, lifetimeSeconds: HOUR };

  test.each([
    ["not after one refresh with an unknown outcome, if it survives one", 1, 1, null, true],
    ["after two of them, if it survives one", 1, 2, null, false],
    ["after one, if it survives none", 0, 1, null, false],
    ["not while none is open, if it survives none", 0, 0, null, true],
    ["never, if it survives all", Number.POSITIVE_INFINITY, 99, null, true],
    ["not within 30 seconds after the platform confirmed it", 1, 2, 29, true],
    ["again after 30 seconds", 1, 2, 30, false],
  ] as const)("%s", (_, survivesRefreshes, refreshAttempts, aliveSecondsAgo, expected) => {
    const provider = { ...jira, survivesRefreshes };
    const token = { ...fresh, refreshAttempts, aliveSecondsAgo };

    expect(isDoubtful(token, { provider })).toBe(!expected);
    expect(isFresh(token, { provider, minTtlSeconds: 0 })).toBe(expected);
  });
});

describe("a token that is not fresh", () => {
  const left = (lifeLeftSeconds: number | null) => ({ ...TOKEN, lifeLeftSeconds });
  const freshness = { provider: jira, minTtlSeconds: 0 };

  test.each([
    ["is usable with a minute left", left(60), true],
    ["is not usable with less", left(59.9), false],
    ["is not usable without a known expiry, since it has one", left(null), false],
    ["is not usable if there is none", { ...left(HOUR), accessToken: null }, false],
  ])("%s", (_, token, expected) => {
    expect(hasUsableLife(token, freshness)).toBe(expected);
  });

  test.each([
    ["has expired at its end", left(0), true],
    ["has not expired before", left(0.1), false],
    ["never expires without an expiry", left(null), false],
    ["has expired if there is none", { ...left(HOUR), accessToken: null }, true],
  ])("%s", (_, token, expected) => {
    expect(isExpired(token)).toBe(expected);
  });

  test("has less life left after some time, unless it does not expire", () => {
    expect(aged(left(100), 1500).lifeLeftSeconds).toBe(98.5);
    expect(aged(left(null), 1500).lifeLeftSeconds).toBeNull();
  });
});

describe("a token of a newer version", () => {
  const newer = { ...TOKEN, tokenVersion: 2 };

  test.each([
    ["is taken for refreshed with a minute left", { lifeLeftSeconds: 60 }, true],
    ["is not with less", { lifeLeftSeconds: 59 }, false],
    ["is not without a token", { accessToken: null, lifeLeftSeconds: HOUR }, false],
    ["is not if the platform ended it, so that it has no expiry", { lifeLeftSeconds: null }, false],
  ])("%s", (_, change, expected) => {
    const freshness = { provider: jira, minTtlSeconds: 0 };

    expect(isRefreshed({ ...newer, ...change }, TOKEN, freshness)).toBe(expected);
  });

  test("is taken for refreshed without an expiry, where tokens need not expire", () => {
    const freshness = { provider: { ...jira, tokensExpire: false }, minTtlSeconds: 0 };

    expect(isRefreshed(newer, TOKEN, freshness)).toBe(true);
  });

  test("is not while a refresh of it may have ended it", () => {
    const doubtful = { ...newer, lifeLeftSeconds: HOUR, refreshAttempts: 1 };
    const freshness = { provider: { ...jira, survivesRefreshes: 0 }, minTtlSeconds: 0 };

    expect(isRefreshed(doubtful, TOKEN, freshness)).toBe(false);
  });
});

describe("a refresh", () => {
  test("stores new tokens before it returns them", async () => {
    const { store, refresh, id, token } = await plant(-1);
    const { provider, calls } = providerOf(() => tokensOf(1));

    const renewed = await refresh(token, requestOf(provider));

    const { tokenVersion, expiresAt } = await read(store, id);
    expect(renewed).toMatchObject({ accessToken: "access-1", tokenVersion, expiresAt });
    expect(renewed.lifeLeftSeconds).toBeCloseTo(HOUR, -1);
    expect(renewed.lifetimeSeconds).toBeCloseTo(HOUR, -1);
    expect(tokenVersion).toBe(token.tokenVersion + 1);
    expect(await read(store, id)).toMatchObject({ accessToken: "access-1" });
    expect(calls).toEqual(["refresh-0"]);
  });

  test.each([
    ["those of the response", ["new"], ["new"]],
    ["the previous ones, if the response has none", [], ["repo", "read:org"]],
  ])("returns the scopes that are stored: %s", async (_, granted, expected) => {
    const { store, refresh, id, token } = await plant(-1);
    const { provider } = providerOf(async () => ({ ...tokensOf(1), scopes: granted }));

    const { scopes } = await refresh(token, requestOf(provider));

    expect(scopes).toEqual(expected);
    expect((await read(store, id)).scopes).toEqual(expected);
  });

  test("returns a token without an expiry", async () => {
    const { refresh, token } = await plant(-1);
    const { provider } = providerOf(async () => ({ ...tokensOf(1), expiresInSeconds: null }));

    expect(await refresh(token, requestOf(provider))).toMatchObject({
      expiresAt: null,
      lifeLeftSeconds: null,
      lifetimeSeconds: null,
    });
  });

  test("is shared by concurrent callers with the same request", async () => {
    const { refresh, token } = await plant(-1);
    const { provider, calls } = providerOf(() => tokensOf(1));

    const renewed = await Promise.all(
      Array.from({ length: 50 }, () => refresh(token, requestOf(provider))),
    );

    expect(new Set(renewed.map(({ accessToken }) => accessToken))).toEqual(new Set(["access-1"]));
    expect(calls).toHaveLength(1);
  });

  test("of two installations at once returns each its own token", async () => {
    const one = await plant(-1, { organizationId: "site-1" });
    const input = { ...one.input, organizationId: "site-2", refreshToken: "refresh-other" };
    const { id } = (await one.store.create(input)).installation;
    const other = await read(one.store, id);
    const { provider } = providerOf(({ refreshToken }) => ({
      ...tokensOf(1),
      accessToken: `renewed from ${refreshToken}`,
    }));

    const renewed = await Promise.all(
      [one.token, other].map((token) => one.refresh(token, requestOf(provider))),
    );

    expect(renewed.map(({ installationId, accessToken }) => [installationId, accessToken])).toEqual(
      [
        [one.id, "renewed from refresh-0"],
        [id, "renewed from refresh-other"],
      ],
    );
  });

  test("requests one lease per process", async () => {
    const { store, token } = await plant(-1);
    let takes = 0;
    const leases = {
      ...store,
      take: (wanted: StoredToken, options: { seconds: number }) => {
        takes += 1;
        return store.take(wanted, options);
      },
    };
    const refresh = createRefresh(depsOf({ tokens: store, leases }));
    const { provider } = providerOf(() => tokensOf(1));

    await Promise.all(Array.from({ length: 50 }, () => refresh(token, requestOf(provider))));

    expect(takes).toBe(1);
  });

  test.each([
    ["returns the current one, if it is usable", 180, jira.survivesRefreshes, "access-0"],
    ["returns none, if it has expired", -1, jira.survivesRefreshes, undefined],
    ["returns none, if the refresh has invalidated it", 180, 0, undefined],
  ])(
    "whose tokens the store rejects without having newer ones %s",
    async (_, life, survivesRefreshes, expected) => {
      const { store, token } = await plant(life);
      const fenced = { ...store, write: async () => undefined };
      const refresh = createRefresh(depsOf({ tokens: store, leases: fenced }));
      const { provider } = providerOf(() => tokensOf(1));

      const answered = refresh(token, requestOf({ ...provider, survivesRefreshes }));

      if (expected) expect((await answered).accessToken).toBe(expected);
      else await expect(answered).rejects.toMatchObject({ code: "retry_later", reason: "lease" });
    },
  );

  test("after a re-install stores nothing and returns the new token", async () => {
    const { store, refresh, input, token } = await plant(-1);
    const { provider } = providerOf(async () => {
      const tokenExpiresAt = new Date(Date.now() + HOUR * 1000);
      await store.upsert(toInstall({ ...input, accessToken: "access-9", tokenExpiresAt }));
      return tokensOf(1);
    });

    expect((await refresh(token, requestOf(provider))).accessToken).toBe("access-9");
  });

  test("that is refused after a re-install does not end the installation, and returns the new token", async () => {
    const { store, refresh, input, id, token } = await plant(-1);
    const { provider } = providerOf(async () => {
      const tokenExpiresAt = new Date(Date.now() + HOUR * 1000);
      await store.upsert(toInstall({ ...input, accessToken: "access-9", tokenExpiresAt }));
      throw DEAD;
    });

    expect((await refresh(token, requestOf(provider))).accessToken).toBe("access-9");
    expect(await store.find({ id })).toMatchObject({ isActive: true });
  });
});
