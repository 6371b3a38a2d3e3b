import { describe, expect, test } from "vitest";
import { ServiceError } from "../../core/errors.ts";
import { createRefresh } from "../../core/tokens/refresh.ts";
import {
  checkOf,
  DOWN,
  depsOf,
  pass,
  plant,
  plantOld,
  providerOf,
  read,
  rejection,
  requestOf,
  SLACK,
  tokensOf,
} from "../support/refresh-fixture.ts";

/** Slack, which issues tokens that live for twelve hours. */
const RULES = { ...SLACK, tokensExpire: false };

describe("a refresh with an unknown outcome", () => {
  test("is repeated at once with the same refresh token, and the caller gets the new token", async () => {
    const { store, refresh, token, id } = await plant(-1);
    const { provider, calls } = providerOf(
      (_, call) => (call === 1 ? DOWN : tokensOf(call)),
      RULES,
    );

    const refreshed = await refresh(token, requestOf(provider));

    expect(refreshed.accessToken).toBe("access-2");
    expect(calls).toEqual(["refresh-0", "refresh-0"]);
    expect(await read(store, id)).toMatchObject({ accessToken: "access-2", refreshAttempts: 0 });
  });

  test.each([
    ["the platform rejected it", rejection("provider_error")],
    ["it was certainly not sent", rejection("provider_unavailable")],
    ["the platform says when to retry", retryAfter(5)],
  ])("is not repeated when %s", async (_, failure) => {
    const { refresh, token } = await plant(-1);
    const { provider, calls } = providerOf(() => failure, RULES);

    await expect(refresh(token, requestOf(provider))).rejects.toMatchObject({
      code: failure.code,
      retryAfterSeconds: failure.retryAfterSeconds ?? 2,
    });
    expect(calls).toEqual(["refresh-0"]);
  });

  test("is not repeated with less than 17 seconds left", async () => {
    const { refresh, token } = await plant(-1);
    const { provider, calls } = providerOf(() => DOWN, RULES);
    const remainingMs = () => (calls.length > 0 ? 16_999 : 30_000);

    const failing = refresh(token, { ...requestOf(provider), remainingMs });

    await expect(failing).rejects.toMatchObject({ code: "provider_unavailable" });
    expect(calls).toEqual(["refresh-0"]);
  });

  test.each([
    ["lost", undefined],
    ["unknown, because the store does not respond", new ServiceError("retry_later", "Away.")],
  ])("is not repeated when the lease is %s: the token is read again", async (_, failure) => {
    const { store, token } = await plant(180);
    const extend = () => (failure ? Promise.reject(failure) : Promise.resolve(undefined));
    const refresh = createRefresh(depsOf({ tokens: store, leases: { ...store, extend } }));
    const { provider, calls } = providerOf(() => DOWN, RULES);

    const stored = await refresh(token, requestOf(provider));

    expect(stored).toMatchObject({ accessToken: "access-0", refreshAttempts: 1 });
    expect(calls).toEqual(["refresh-0"]);
  });

  test("stays open, and is counted, until tokens are stored", async () => {
    const { store, refresh, token, id } = await plant(180);
    const { provider } = providerOf((_, call) => (call < 5 ? DOWN : tokensOf(call)), {
      ...RULES,
      ...checkOf("alive"),
    });
    await refresh(token, requestOf(provider));
    const afterTwo = await read(store, id);
    pass(3);
    await refresh(await read(store, id), requestOf(provider));
    const afterFour = await read(store, id);
    pass(5);
    await refresh(await read(store, id), requestOf(provider));

    expect([afterTwo, afterFour].map(({ refreshAttempts }) => refreshAttempts)).toEqual([2, 4]);
    expect(await read(store, id)).toMatchObject({ refreshAttempts: 0, refreshFailures: 0 });
  });

  test("is not closed by a later rejection, which tells nothing about it", async () => {
    const { store, refresh, token, id } = await plant(-1);
    const limited = rejection("provider_rate_limited");
    const { provider } = providerOf((_, call) => (call === 1 ? DOWN : limited), RULES);

    await refresh(token, requestOf(provider)).catch(() => {});

    expect(await read(store, id)).toMatchObject({ refreshAttempts: 1 });
  });

  test("is not open after a rejection", async () => {
    const { store, refresh, token, id } = await plant(-1);
    const { provider } = providerOf(() => rejection("provider_rate_limited"), RULES);

    await refresh(token, requestOf(provider)).catch(() => {});

    expect(await read(store, id)).toMatchObject({ refreshAttempts: 0, refreshFailures: 1 });
  });

  test("is not open where a refresh uses nothing up: a mint of a GitHub App", async () => {
    const { store, refresh, token, id } = await plant(-1, { refreshToken: null });
    const { provider, calls } = providerOf(() => DOWN);

    const app = { ...provider, canRefresh: () => true };
    await refresh(token, requestOf(app)).catch(() => {});

    expect(calls).toEqual([null, null]);
    expect(await read(store, id)).toMatchObject({ refreshAttempts: 0 });
  });
});

describe("a stored token that two refreshes may have ended", () => {
  test("is returned when the platform confirms it, and for 30 seconds without another check", async () => {
    const { store, refresh, token, id } = await plantOld(1800);
    const { check, checked } = checkOf("alive", "dead");
    const { provider, calls } = providerOf(() => retryAfter(60), { ...RULES, check });
    await store.take(token, { seconds: 1 });
    pass(2);

    const confirmed = await refresh(await read(store, id), requestOf(provider));
    pass(29);
    const later = await refresh(await read(store, id), requestOf(provider));
    pass(2);
    const tooLate = refresh(await read(store, id), requestOf(provider));

    expect([confirmed.accessToken, later.accessToken]).toEqual(["access-0", "access-0"]);
    await expect(tooLate).rejects.toMatchObject({
      code: "retry_later",
      reason: "unknown outcome",
      retryAfterSeconds: 29,
    });
    expect(checked).toEqual(["access-0"]);
    expect(calls).toHaveLength(1);
  });

  test.each([
    ["reports it as ended", "dead"],
    ["reports it as expired", "expired"],
    ["does not respond", DOWN],
  ] as const)("is not returned when the platform %s", async (_, state) => {
    const { store, refresh, token, id } = await plant(180);
    const { provider } = providerOf(() => DOWN, { ...RULES, ...checkOf(state) });

    const failing = refresh(token, requestOf(provider));

    const expected = {
      code: "retry_later",
      message: "A refresh of the token has an unknown outcome. Retry after 2 s.",
      reason: "unknown outcome",
      retryAfterSeconds: 2,
    };
    await expect(failing).rejects.toMatchObject(expected);
    await expect(refresh(await read(store, id), requestOf(provider))).rejects.toMatchObject(
      expected,
    );
    expect(await store.find({ id })).toMatchObject({ isActive: true });
  });

  test("is not checked when nobody could use it", async () => {
    const { refresh, token } = await plant(59);
    const { check, checked } = checkOf("alive");
    const { provider } = providerOf(() => DOWN, { ...RULES, check });

    await expect(refresh(token, requestOf(provider))).rejects.toMatchObject({
      code: "provider_unavailable",
    });
    expect(checked).toEqual([]);
  });

  test("is not checked after one refresh, which it survives", async () => {
    const { refresh, token } = await plant(180);
    const { check, checked } = checkOf("dead");
    const { provider } = providerOf(() => retryAfter(1), { ...RULES, check });

    expect((await refresh(token, requestOf(provider))).accessToken).toBe("access-0");
    expect(checked).toEqual([]);
  });

  test("is not returned if its confirmation cannot be stored, and the database is away", async () => {
    const { store, token } = await plant(180);
    const away = () => Promise.reject(new ServiceError("retry_later", "The database is away."));
    const refresh = createRefresh(
      depsOf({ tokens: { ...store, findToken: away }, leases: { ...store, coolDown: away } }),
    );
    const { provider } = providerOf(() => retryAfter(1), RULES);

    await expect(refresh(token, requestOf(provider))).rejects.toMatchObject({
      code: "retry_later",
    });
  });

  test("is not returned to callers while the second refresh is under way", async () => {
    const { store, token, id } = await plantOld(1800);
    const gate = Promise.withResolvers<void>();
    const second = Promise.withResolvers<void>();
    const { provider } = providerOf(async (_, call) => {
      if (call === 1) throw DOWN;
      second.resolve();
      await gate.promise;
      return tokensOf(call);
    }, RULES);
    const inProcess = () => createRefresh(depsOf({ tokens: store, leases: store }));

    const holding = inProcess()(token, requestOf(provider));
    await second.promise;
    const current = await read(store, id);
    const waiting = inProcess()(token, requestOf(provider));
    const hurried = inProcess()(current, requestOf(provider, 0, 1000));
    await expect(hurried).rejects.toMatchObject({ code: "retry_later" });
    gate.resolve();

    expect((await waiting).accessToken).toBe("access-2");
    expect((await holding).accessToken).toBe("access-2");
  });

  test("is not returned by a holder whose lease somebody else has taken", async () => {
    const { store, token, id } = await plantOld(1800);
    const { provider } = providerOf(async () => {
      pass(60);
      await store.take(await read(store, id), { seconds: 26 });
      throw retryAfter(1);
    }, RULES);
    const refresh = createRefresh(depsOf({ tokens: store, leases: store }));

    const failing = refresh(token, requestOf(provider));

    await expect(failing).rejects.toMatchObject({ code: "retry_later", reason: "lease" });
    expect(await read(store, id)).toMatchObject({ refreshAttempts: 2 });
  });
});

/** A server error that comes with `Retry-After`. */
function retryAfter(retryAfterSeconds: number): ServiceError {
  return new ServiceError("provider_unavailable", "Down.", { retryAfterSeconds });
}
