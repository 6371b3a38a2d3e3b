import { describe, expect, test } from "vitest";
import type { TokenSet } from "../../core/ports/provider.ts";
import { createRefresh } from "../../core/tokens/refresh.ts";
import {
  depsOf,
  HOUR,
  plant,
  plantOld,
  providerOf,
  read,
  requestOf,
  tokensOf,
} from "../support/refresh-fixture.ts";

/** An old token that another process is renewing, until `finish` says what comes of it. */
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

describe("a caller who finds that somebody else is renewing", () => {
  test("gets the present token at once, without reading it again", async () => {
    const { refresh, token, provider, gate, winner, reads } = await renewing(180);

    const present = await refresh(token, requestOf(provider));
    gate.resolve(tokensOf(1));

    expect(present.accessToken).toBe("access-0");
    expect(reads()).toBe(0);
    expect((await winner).accessToken).toBe("access-1");
  });

  test.each([
    ["too short for what it asks for", 180, 1800],
    ["too short for anybody", 59, 0],
    ["dead", -1, 0],
  ])("waits for the new token where the present one is %s", async (_, life, minTtlSeconds) => {
    const { refresh, token, provider, gate, hasRead, calls } = await renewing(life);

    const waiting = refresh(token, requestOf(provider, minTtlSeconds));
    await hasRead;
    gate.resolve(tokensOf(1));

    expect((await waiting).accessToken).toBe("access-1");
    expect(calls).toHaveLength(1);
  });

  test("waits where a refresh ends the token before it, though that would live on", async () => {
    const { refresh, token, provider, gate, hasRead } = await renewing(180);
    const strict = { ...provider, refreshEndsAccessToken: true };

    const waiting = refresh(token, requestOf(strict));
    await hasRead;
    gate.resolve(tokensOf(1));

    expect((await waiting).accessToken).toBe("access-1");
  });

  test("takes what was renewed just now, even if it is shorter than asked for", async () => {
    const { refresh, token, provider, gate, hasRead, calls } = await renewing(-1);

    const waiting = refresh(token, requestOf(provider, 1800));
    await hasRead;
    gate.resolve({ ...tokensOf(1), expiresAt: new Date(Date.now() + 60_000) });

    expect((await waiting).accessToken).toBe("access-1");
    expect(calls).toHaveLength(1);
  });

  test("does not take a change that brought no living token for a renewal", async () => {
    const { store, id, refresh, token, provider, calls, winner, gate } = await renewing(-1);

    const waiting = refresh(token, requestOf(provider));
    await store.update(id, { refreshToken: "refresh-9" });
    const waited = await waiting;
    gate.resolve(tokensOf(1));

    expect(waited.accessToken).toBe("access-2");
    expect((await winner).accessToken).toBe("access-2");
    expect(calls).toEqual(["refresh-0", "refresh-9"]);
  });

  test("does not take a change that left no token at all for a renewal", async () => {
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

  test("asks the store a few times a second, and not in a loop", async () => {
    const { refresh, token, provider, gate, reads } = await renewing(-1);

    const waiting = refresh(token, requestOf(provider));
    await new Promise((resolve) => setTimeout(resolve, 300));
    const readsInThreeTenths = reads();
    gate.resolve(tokensOf(1));
    await waiting;

    expect(readsInThreeTenths).toBeLessThan(10);
  });

  test("gives up in time to answer, and says why", async () => {
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

  test("waits as long as there is time to answer", async () => {
    const { refresh, token, provider, gate, hasRead } = await renewing(-1);

    const waiting = refresh(token, requestOf(provider, 0, 1500));
    await hasRead;
    gate.resolve(tokensOf(1));

    expect((await waiting).accessToken).toBe("access-1");
  });
});

describe("a caller with little time", () => {
  test("takes no lease with less than 12 seconds left, and leaves it to others", async () => {
    const { refresh, token, store, id } = await plantOld(180);
    const { provider, calls } = providerOf(() => tokensOf(1));

    const present = await refresh(token, requestOf(provider, 0, 11_999));

    expect(present.accessToken).toBe("access-0");
    expect(await store.take(await read(store, id))).toBeDefined();
    expect(calls).toEqual([]);
  });

  test("gets the present token also where a refresh would end it: it begins none", async () => {
    const { refresh, token } = await plantOld(180);
    const { provider } = providerOf(() => tokensOf(1));
    const strict = { ...provider, refreshEndsAccessToken: true };

    const present = await refresh(token, requestOf(strict, 0, 11_999));

    expect(present.accessToken).toBe("access-0");
  });

  test("renews with 12 seconds left", async () => {
    const { refresh, token } = await plantOld(180);
    const { provider } = providerOf(() => tokensOf(1));

    expect((await refresh(token, requestOf(provider, 0, 12_000))).accessToken).toBe("access-1");
  });

  test("gets retry_later when the token has expired", async () => {
    const { refresh, token } = await plantOld(-1);
    const { provider, calls } = providerOf(() => tokensOf(1));

    await expect(refresh(token, requestOf(provider, 0, 1499))).rejects.toMatchObject({
      code: "retry_later",
    });
    expect(calls).toEqual([]);
  });
});

describe("a present token is good enough", () => {
  test.each([
    ["with a minute left", 60, 0, true],
    ["not with less than a minute", 59.9, 0, false],
    ["with just the life that is asked for", 600, 600, true],
    ["not with less than is asked for", 599.9, 600, false],
  ])("%s", async (_, life, minTtlSeconds, expected) => {
    const { refresh, token } = await plantOld(life);
    const { provider } = providerOf(() => tokensOf(1));

    const present = refresh(token, requestOf(provider, minTtlSeconds, 1499));

    if (expected) expect((await present).accessToken).toBe("access-0");
    else await expect(present).rejects.toMatchObject({ code: "retry_later" });
  });

  test("not when there is none", async () => {
    const { refresh, token } = await plant(HOUR);
    const { provider } = providerOf(() => tokensOf(1));

    const missing = { ...token, accessToken: null };

    await expect(refresh(missing, requestOf(provider, 0, 1499))).rejects.toMatchObject({
      code: "retry_later",
    });
  });
});
