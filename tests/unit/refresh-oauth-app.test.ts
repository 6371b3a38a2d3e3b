import { describe, expect, test } from "vitest";
import {
  checkOf,
  DEAD,
  DOWN,
  HOUR,
  OAUTH_APP,
  pass,
  plant,
  plantOld,
  providerOf,
  read,
  rejection,
  requestOf,
  tokensOf,
} from "../support/refresh-fixture.ts";

/** A refresh at a GitHub OAuth App ends the stored access token. */
describe("a refresh that ends the old tokens, with an unknown outcome", () => {
  test("had no effect if the stored token is alive: that is returned, and nothing is open", async () => {
    const { store, refresh, token, id } = await plantOld(300);
    const { check, checked } = checkOf("alive");
    const { provider, calls } = providerOf(() => DOWN, { ...OAUTH_APP, check });

    const stored = await refresh(token, requestOf(provider));
    const cooling = await read(store, id);
    const again = await refresh(cooling, requestOf(provider));

    expect([stored.accessToken, again.accessToken]).toEqual(["access-0", "access-0"]);
    expect(cooling).toMatchObject({ refreshAttempts: 0, aliveSecondsAgo: 0, coolDownSeconds: 2 });
    expect(calls).toEqual(["refresh-0"]);
    expect(checked).toEqual(["access-0"]);
  });

  test("is repeated once if the stored token has ended, and may still bring new ones", async () => {
    const { refresh, token } = await plantOld(300);
    const { provider, calls } = providerOf((_, call) => (call === 1 ? DOWN : tokensOf(call)), {
      ...OAUTH_APP,
      ...checkOf("dead"),
    });

    expect((await refresh(token, requestOf(provider))).accessToken).toBe("access-2");
    expect(calls).toEqual(["refresh-0", "refresh-0"]);
  });

  test("ends the grant if the stored token has ended and the refresh token is rejected", async () => {
    const { store, refresh, token, id, events } = await plantOld(300);
    const { check, checked } = checkOf("dead");
    const { provider, calls } = providerOf((_, call) => (call === 1 ? DOWN : DEAD), {
      ...OAUTH_APP,
      check,
    });

    await expect(refresh(token, requestOf(provider))).rejects.toBe(DEAD);
    expect(await store.find({ id })).toMatchObject({ inactiveReason: "reauthorization_required" });
    expect(calls).toHaveLength(2);
    expect(checked).toHaveLength(1);
    expect(events.published).toMatchObject([
      { type: "reauthorization_required", grantEndsAt: null },
    ]);
  });

  test("leaves a token that is not returned, to anybody, while the platform does not tell", async () => {
    const { store, refresh, token, id } = await plantOld(300);
    const { provider, calls } = providerOf(() => DOWN, { ...OAUTH_APP, ...checkOf(DOWN) });
    const doubtful = { code: "retry_later", reason: "unknown outcome" };

    await expect(refresh(token, requestOf(provider))).rejects.toMatchObject(doubtful);
    const cooling = refresh(await read(store, id), requestOf(provider));
    await expect(cooling).rejects.toMatchObject({ ...doubtful, retryAfterSeconds: 2 });
    pass(3);
    const after = refresh(await read(store, id), requestOf(provider));

    await expect(after).rejects.toMatchObject(doubtful);
    expect(calls).toEqual(["refresh-0"]);
    expect(await read(store, id)).toMatchObject({ refreshAttempts: 1, refreshFailures: 2 });
  });

  test("is the same when the token was expired: that needs no check", async () => {
    const { store, refresh, token, id } = await plant(-1);
    const { check, checked } = checkOf("dead");
    const { provider, calls } = providerOf((_, call) => (call <= 2 ? DOWN : DEAD), {
      ...OAUTH_APP,
      check,
    });
    await refresh(token, requestOf(provider)).catch(() => {});
    pass(3);

    const failing = refresh(await read(store, id), requestOf(provider));

    await expect(failing).rejects.toMatchObject({ code: "reauthorization_required" });
    expect(calls).toHaveLength(3);
    expect(checked).toEqual([]);
  });

  test("leaves the stored token usable if the platform rejected the request", async () => {
    const { store, refresh, token, id } = await plantOld(300);
    const { provider } = providerOf(() => rejection("provider_rate_limited", 60), OAUTH_APP);

    await refresh(token, requestOf(provider));

    const again = await refresh(await read(store, id), requestOf(provider));
    expect(again.accessToken).toBe("access-0");
  });
});

describe("an open outcome at a platform whose refresh ends the old tokens", () => {
  /** An installation whose last refresh was that of a process that died. */
  async function opened(lifeSeconds: number) {
    const planted = await plantOld(lifeSeconds);
    const { store, token, id } = planted;
    await store.take(token, { seconds: 26 });
    pass(27);
    return { ...planted, token: await read(store, id) };
  }

  test("is checked before anything is sent: a living token is returned, and is not refreshed yet", async () => {
    const { store, refresh, token, id } = await opened(300);
    const { provider, calls } = providerOf(() => DEAD, { ...OAUTH_APP, ...checkOf("alive") });

    expect((await refresh(token, requestOf(provider))).accessToken).toBe("access-0");
    expect(calls).toEqual([]);
    expect(await read(store, id)).toMatchObject({
      refreshAttempts: 0,
      lastRefreshError: "retry_later",
      coolDownSeconds: 2,
    });
  });

  test("makes a caller wait who needs more life than a living token has left", async () => {
    const { store, refresh, token, id } = await opened(300);
    const { provider } = providerOf(() => tokensOf(1), { ...OAUTH_APP, ...checkOf("alive") });

    const first = refresh(token, requestOf(provider, HOUR / 2));
    await expect(first).rejects.toMatchObject({
      code: "retry_later",
      message: "The last refresh of the token had no effect. Retry after 2 s.",
      reason: "no effect",
      retryAfterSeconds: 2,
    });
    pass(3);
    const second = await refresh(await read(store, id), requestOf(provider, HOUR / 2));

    expect(second.accessToken).toBe("access-1");
  });

  test("is tried once with the refresh token if the token has ended, and not again if that is unknown too", async () => {
    const { store, refresh, token, id } = await opened(300);
    const { check, checked } = checkOf("dead");
    const { provider, calls } = providerOf(() => DOWN, { ...OAUTH_APP, check });

    await expect(refresh(token, requestOf(provider))).rejects.toMatchObject({
      code: "retry_later",
      reason: "unknown outcome",
    });
    expect(calls).toEqual(["refresh-0"]);
    expect(checked).toEqual(["access-0"]);
    expect(await read(store, id)).toMatchObject({ refreshAttempts: 2, coolDownSeconds: 2 });
  });

  test("stays as it is when the platform does not tell: nothing is sent", async () => {
    const { store, refresh, token, id } = await opened(300);
    const limited = rejection("provider_rate_limited", 7);
    const { provider, calls } = providerOf(() => DEAD, { ...OAUTH_APP, ...checkOf(limited) });

    await expect(refresh(token, requestOf(provider))).rejects.toMatchObject({
      code: "retry_later",
      retryAfterSeconds: 7,
    });
    expect(calls).toEqual([]);
    expect(await read(store, id)).toMatchObject({
      refreshAttempts: 1,
      lastRefreshError: "provider_rate_limited",
    });
  });
});
