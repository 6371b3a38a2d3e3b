import { describe, expect, test } from "vitest";
import { ServiceError } from "../../core/errors.ts";
import type { TokenSet } from "../../core/installation.ts";
import { createRefresh, isFresh } from "../../core/refresh.ts";
import type { StoredToken } from "../../core/token-store.ts";
import {
  depsOf,
  HOUR,
  jira,
  plant,
  providerOf,
  read,
  requestOf,
  tokensOf,
} from "../support/refresh-fixture.ts";

describe("a token is fresh", () => {
  const lasting: StoredToken = {
    installationId: "inst-1",
    platform: "jira",
    organizationId: "site-1",
    organizationName: "Site",
    kind: "jira_3lo",
    isActive: true,
    inactiveReason: null,
    accessToken: "access-0",
    hasRefreshToken: true,
    scopes: [],
    expiresAt: null,
    lifeLeftSeconds: null,
    lifetimeSeconds: null,
    providerInstallationId: null,
    isCoolingDown: false,
    lastRefreshError: null,
    tokenVersion: 1,
  };

  test.each([
    ["at the margin of its platform", { left: 900, life: HOUR }, 0, true],
    ["not below the margin", { left: 899, life: HOUR }, 0, false],
    ["at a quarter of a short life", { left: 75, life: 300 }, 0, true],
    ["not below a quarter of a short life", { left: 74, life: 300 }, 0, false],
    ["at the margin of a long life", { left: 900, life: 100 * HOUR }, 0, true],
    ["at the life that is asked for", { left: 1800, life: HOUR }, 1800, true],
    ["not below the life that is asked for", { left: 1799, life: HOUR }, 1800, false],
    ["not below the margin, if less is asked for", { left: 899, life: HOUR }, 60, false],
    ["at the margin, when its life is not known", { left: 900, life: null }, 0, true],
    ["not below the margin, when its life is not known", { left: 899, life: null }, 0, false],
    ["not after its end", { left: -1, life: HOUR }, 0, false],
    ["never, when its end is not known but sure to come", { left: null, life: null }, 0, false],
  ] as const)("%s", (_, { left, life }, minTtlSeconds, expected) => {
    const token = { ...lasting, lifeLeftSeconds: left, lifetimeSeconds: life };

    expect(isFresh(token, { provider: jira, minTtlSeconds })).toBe(expected);
  });

  test("for ever, when tokens of its platform need not expire", () => {
    const provider = { ...jira, tokensExpire: false };

    expect(isFresh(lasting, { provider, minTtlSeconds: 3000 })).toBe(true);
  });

  test("never, when there is none", () => {
    const token = { ...lasting, accessToken: null };

    expect(isFresh(token, { provider: jira, minTtlSeconds: 0 })).toBe(false);
  });
});

describe("a refresh", () => {
  test("answers new tokens and stores them first", async () => {
    const { store, refresh, id, token } = await plant(-1);
    const { provider, calls } = providerOf(() => tokensOf(1));

    const renewed = await refresh(token, requestOf(provider));

    expect(renewed.accessToken).toBe("access-1");
    expect(await read(store, id)).toMatchObject({ accessToken: "access-1", tokenVersion: 2 });
    expect(calls).toEqual(["refresh-0"]);
  });

  test("is one for all callers who ask for the same at once", async () => {
    const { refresh, token } = await plant(-1);
    const { provider, calls } = providerOf(() => tokensOf(1));

    const renewed = await Promise.all(
      Array.from({ length: 50 }, () => refresh(token, requestOf(provider))),
    );

    expect(new Set(renewed.map(({ accessToken }) => accessToken))).toEqual(new Set(["access-1"]));
    expect(calls).toHaveLength(1);
  });

  test("in one process does not even ask for a second lease", async () => {
    const { store, token } = await plant(-1);
    let takes = 0;
    const leases = {
      ...store,
      take: (wanted: StoredToken) => {
        takes += 1;
        return store.take(wanted);
      },
    };
    const refresh = createRefresh(depsOf({ tokens: store, leases }));
    const { provider } = providerOf(() => tokensOf(1));

    await Promise.all(Array.from({ length: 50 }, () => refresh(token, requestOf(provider))));

    expect(takes).toBe(1);
  });

  test("hands a loser the present token, but not to one who asks for more life", async () => {
    const { store, refresh, token } = await plant(180);
    const other = createRefresh(depsOf({ tokens: store, leases: store }));
    const gate = Promise.withResolvers<TokenSet>();
    const { provider, calls } = providerOf(() => gate.promise);

    const winner = other(token, requestOf(provider));
    const waiting = refresh(token, requestOf(provider));
    const demanding = refresh(token, requestOf(provider, 1800));
    const modest = await waiting;
    gate.resolve(tokensOf(1));

    expect(modest.accessToken).toBe("access-0");
    expect((await demanding).accessToken).toBe("access-1");
    expect((await winner).accessToken).toBe("access-1");
    expect(calls).toHaveLength(1);
  });

  test("lets a loser wait where a refresh ends the token before it", async () => {
    const { store, refresh, token } = await plant(180);
    const other = createRefresh(depsOf({ tokens: store, leases: store }));
    const gate = Promise.withResolvers<TokenSet>();
    const { provider } = providerOf(() => gate.promise);
    const strict = { ...provider, refreshEndsAccessToken: true };

    const winner = other(token, requestOf(strict));
    const loser = refresh(token, requestOf(strict));
    gate.resolve(tokensOf(1));

    expect((await loser).accessToken).toBe("access-1");
    expect((await winner).accessToken).toBe("access-1");
  });

  test("does not take a change that brought no living token for a renewal", async () => {
    const { store, refresh, id, token } = await plant(-1);
    const other = createRefresh(depsOf({ tokens: store, leases: store }));
    const gate = Promise.withResolvers<TokenSet>();
    const { provider, calls } = providerOf((_, call) => (call === 1 ? gate.promise : tokensOf(2)));

    const first = other(token, requestOf(provider));
    const waiting = refresh(token, requestOf(provider));
    await store.update(id, { refreshToken: "refresh-9" });
    const waited = await waiting;
    gate.resolve(tokensOf(1));

    expect(waited.accessToken).toBe("access-2");
    expect((await first).accessToken).toBe("access-2");
    expect(calls).toEqual(["refresh-0", "refresh-9"]);
  });

  test("takes no lease with less than 12 seconds left", async () => {
    const { refresh, token, store, id } = await plant(180);
    const { provider, calls } = providerOf(() => tokensOf(1));

    const present = await refresh(token, requestOf(provider, 0, 11_999));
    const lease = await store.take(await read(store, id));
    const renewedLater = lease !== undefined;

    expect(present.accessToken).toBe("access-0");
    expect(renewedLater).toBe(true);
    expect(calls).toEqual([]);
  });

  test("of an expired token gives up in time to answer", async () => {
    const { refresh, token } = await plant(-1);
    const { provider, calls } = providerOf(() => tokensOf(1));

    await expect(refresh(token, requestOf(provider, 0, 1499))).rejects.toMatchObject({
      code: "retry_later",
    });
    expect(calls).toEqual([]);
  });

  test("that comes after a re-install keeps out of it, and answers the new token", async () => {
    const { store, refresh, input, token } = await plant(-1);
    const { provider } = providerOf(async () => {
      const tokenExpiresAt = new Date(Date.now() + HOUR * 1000);
      await store.upsert({ ...input, accessToken: "access-9", tokenExpiresAt });
      return tokensOf(1);
    });

    expect((await refresh(token, requestOf(provider))).accessToken).toBe("access-9");
  });

  test("that is refused after a re-install does not end it, and answers the new token", async () => {
    const { store, refresh, input, id, token } = await plant(-1);
    const { provider } = providerOf(async () => {
      await store.upsert({ ...input, accessToken: "access-9", tokenExpiresAt: null });
      throw new ServiceError("reauthorization_required", "Over.");
    });

    expect((await refresh(token, requestOf(provider))).accessToken).toBe("access-9");
    expect(await store.find({ id })).toMatchObject({ isActive: true });
  });
});
