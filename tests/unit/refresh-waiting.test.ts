import { describe, expect, test } from "vitest";
import type { TokenSet } from "../../core/ports/provider.ts";
import { createRefresh } from "../../core/tokens/refresh.ts";
import {
  depsOf,
  HOUR,
  OAUTH_APP,
  plant,
  plantOld,
  providerOf,
  read,
  requestOf,
  SLACK,
  tokensOf,
} from "../support/refresh-fixture.ts";

/** An old token that another process refreshes, until `finish` ends that. */
async function renewing(lifeSeconds: number) {
  const planted = await plantOld(lifeSeconds);
  const { store, token } = planted;
  const gate = Promise.withResolvers<TokenSet>();
  const { provider, calls } = providerOf((_, call) => (call === 1 ? gate.promise : tokensOf(call)));
  const winner = createRefresh(depsOf({ tokens: store, leases: store }))(
    token,
    requestOf(provider),
  );

  let reads = 0;
  const { promise: hasRead, resolve: onRead } = Promise.withResolvers<void>();
  const tokens = {
    ...store,
    findToken(key: { id: string }) {
      reads += 1;
      onRead();
      return store.findToken(key);
    },
  };
  const refresh = createRefresh(depsOf({ tokens, leases: store }));
  return { ...planted, refresh, provider, calls, winner, gate, hasRead, reads: () => reads };
}

describe("a caller during a refresh by another process", () => {
  test("gets the current token at once, without reading it again", async () => {
    const { refresh, token, provider, gate, winner, reads } = await renewing(180);

    const present = await refresh(token, requestOf(provider));
    gate.resolve(tokensOf(1));

    expect(present.accessToken).toBe("access-0");
    expect(reads()).toBe(0);
    expect((await winner).accessToken).toBe("access-1");
  });

  test.each([
    ["too short for its request", 180, 1800],
    ["too short for any caller", 59, 0],
    ["dead", -1, 0],
  ])("waits for the new token if the current one is %s", async (_, life, minTtlSeconds) => {
    const { refresh, token, provider, gate, hasRead, calls } = await renewing(life);

    const waiting = refresh(token, requestOf(provider, minTtlSeconds));
    await hasRead;
    gate.resolve(tokensOf(1));

    expect((await waiting).accessToken).toBe("access-1");
    expect(calls).toHaveLength(1);
  });

  test("waits if a refresh invalidates the current token, although it has not expired", async () => {
    const { refresh, token, provider, gate, hasRead } = await renewing(180);

    const waiting = refresh(token, requestOf({ ...provider, ...OAUTH_APP }));
    await hasRead;
    gate.resolve(tokensOf(1));

    expect((await waiting).accessToken).toBe("access-1");
  });

  test("gets the stored token where it survives one refresh, read again after that one was counted", async () => {
    const { refresh, token, provider, gate, winner, reads } = await renewing(180);

    const stored = await refresh(token, requestOf({ ...provider, ...SLACK }));
    gate.resolve(tokensOf(1));
    await winner;

    expect(stored).toMatchObject({ accessToken: "access-0", refreshAttempts: 1 });
    expect(reads()).toBe(1);
  });

  test("gets a token that was just refreshed, even if its life is shorter than requested", async () => {
    const { refresh, token, provider, gate, hasRead, calls } = await renewing(-1);

    const waiting = refresh(token, requestOf(provider, 1800));
    await hasRead;
    gate.resolve({ ...tokensOf(1), expiresInSeconds: 60 });

    expect((await waiting).accessToken).toBe("access-1");
    expect(calls).toHaveLength(1);
  });

  test("does not mistake a change without a valid token for a refresh", async () => {
    const { store, id, refresh, token, provider, calls, winner, gate } = await renewing(-1);

    const waiting = refresh(token, requestOf(provider));
    await store.update(id, { refreshToken: "refresh-9" });
    const waited = await waiting;
    gate.resolve(tokensOf(1));

    expect(waited.accessToken).toBe("access-2");
    expect((await winner).accessToken).toBe("access-2");
    expect(calls).toEqual(["refresh-0", "refresh-9"]);
  });

  test("does not mistake a change that deleted the token for a refresh", async () => {
    const { store, token, provider, gate, winner } = await renewing(-1);
    let reads = 0;
    const tokens = {
      ...store,
      async findToken(key: { id: string }) {
        const stored = await store.findToken(key);
        reads += 1;
        if (!stored || reads > 1) return stored;
        gate.resolve(tokensOf(1));
        return { ...stored, tokenVersion: 9, accessToken: null, lifeLeftSeconds: null };
      },
    };
    const refresh = createRefresh(depsOf({ tokens, leases: store }));

    expect((await refresh(token, requestOf(provider))).accessToken).toBe("access-1");
    expect((await winner).accessToken).toBe("access-1");
  });

  test("reads the store a few times a second", async () => {
    const { refresh, token, provider, gate, reads } = await renewing(-1);

    const waiting = refresh(token, requestOf(provider));
    await new Promise((resolve) => setTimeout(resolve, 300));
    const readsInThreeTenths = reads();
    gate.resolve(tokensOf(1));
    await waiting;

    expect(readsInThreeTenths).toBeLessThan(10);
  });

  test("gives up in time to respond, with the reason", async () => {
    const { refresh, token, provider, gate, winner } = await renewing(-1);

    const late = refresh(token, requestOf(provider, 0, 1499));

    await expect(late).rejects.toMatchObject({
      code: "retry_later",
      message: "The token is being refreshed. Retry later.",
      reason: "lease",
    });
    gate.resolve(tokensOf(1));
    await winner;
  });

  test("waits as long as there is time to respond", async () => {
    const { refresh, token, provider, gate, hasRead } = await renewing(-1);

    const waiting = refresh(token, requestOf(provider, 0, 1500));
    await hasRead;
    gate.resolve(tokensOf(1));

    expect((await waiting).accessToken).toBe("access-1");
  });
});

describe("a caller with little time", () => {
  test("takes no lease with less than 17 seconds left", async () => {
    const { refresh, token, store, id } = await plantOld(180);
    const { provider, calls } = providerOf(() => tokensOf(1));

    const present = await refresh(token, requestOf(provider, 0, 16_999));

    expect(present.accessToken).toBe("access-0");
    expect(await store.take(await read(store, id), { seconds: 26 })).toBeDefined();
    expect(calls).toEqual([]);
  });

  test("gets the current token even if a refresh would invalidate it, because it starts none", async () => {
    const { refresh, token } = await plantOld(180);
    const { provider } = providerOf(() => tokensOf(1));
    const strict = { ...provider, ...OAUTH_APP };

    const present = await refresh(token, requestOf(strict, 0, 16_999));

    expect(present.accessToken).toBe("access-0");
  });

  test("refreshes with 17 seconds left", async () => {
    const { refresh, token } = await plantOld(180);
    const { provider } = providerOf(() => tokensOf(1));

    expect((await refresh(token, requestOf(provider, 0, 17_000))).accessToken).toBe("access-1");
  });

  test("gets retry_later if the token has expired", async () => {
    const { refresh, token } = await plantOld(-1);
    const { provider, calls } = providerOf(() => tokensOf(1));

    await expect(refresh(token, requestOf(provider, 0, 1499))).rejects.toMatchObject({
      code: "retry_later",
    });
    expect(calls).toEqual([]);
  });
});

describe("a current token is usable", () => {
  test.each([
    ["with a minute left", 60, 0, true],
    ["not with less than a minute", 59.9, 0, false],
    ["with exactly the requested life", 600, 600, true],
    ["not with less than requested", 599.9, 600, false],
  ])("%s", async (_, life, minTtlSeconds, expected) => {
    const { refresh, token } = await plantOld(life);
    const { provider } = providerOf(() => tokensOf(1));

    const present = refresh(token, requestOf(provider, minTtlSeconds, 1499));

    if (expected) expect((await present).accessToken).toBe("access-0");
    else await expect(present).rejects.toMatchObject({ code: "retry_later" });
  });

  test("not if there is none", async () => {
    const { refresh, token } = await plant(HOUR);
    const { provider } = providerOf(() => tokensOf(1));

    const missing = { ...token, accessToken: null };

    await expect(refresh(missing, requestOf(provider, 0, 1499))).rejects.toMatchObject({
      code: "retry_later",
    });
  });
});
