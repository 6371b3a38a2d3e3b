import { describe, expect, test } from "vitest";
import { ServiceError } from "../../core/errors.ts";
import { createTokenNarrower } from "../../core/tokens/narrow.ts";
import { toInstall } from "../contract/stores.ts";
import { codesOf, plantApp, READ } from "../support/narrowing-fixture.ts";
import {
  DOWN,
  pass,
  read,
  rejection,
  requestOf,
  timingOf,
  tokensOf,
} from "../support/refresh-fixture.ts";

const GONE = new ServiceError("installation_inactive", "Gone.", { reason: "uninstalled" });

describe("a narrowed mint that fails for now", () => {
  test("is repeated once at once, since a mint uses nothing up", async () => {
    const { lookUp, calls, store, id } = await plantApp((call) =>
      call === 1 ? DOWN : tokensOf(call, null),
    );

    expect((await lookUp()).accessToken).toBe("access-2");
    expect(calls).toHaveLength(2);
    expect(await read(store, id)).toMatchObject({ refreshFailures: 0 });
  });

  test("starts the cool-down of the installation: 20 lookups under a rate limit are one call", async () => {
    const limited = rejection("provider_rate_limited", 60);
    const { lookUp, calls, refresh, store, id, provider } = await plantApp(() => limited);

    const codes = await codesOf(Array.from({ length: 10 }, () => lookUp()));
    for (let count = 0; count < 9; count += 1) codes.push(...(await codesOf([lookUp()])));
    const last = lookUp({ repositories: ["a"] });

    await expect(last).rejects.toMatchObject({
      code: "provider_rate_limited",
      reason: "cool-down",
      retryAfterSeconds: 60,
    });
    expect(codes).toEqual(Array(19).fill("provider_rate_limited"));
    expect(calls).toHaveLength(1);
    const plain = { ...(await read(store, id)), lifeLeftSeconds: -1 };
    const app = { ...provider, canRefresh: () => true };
    await expect(refresh(plain, requestOf(app))).rejects.toMatchObject({
      reason: "cool-down",
    });
  });

  test("shares the growing cool-down, and carries it to its callers", async () => {
    const { lookUp, store, id } = await plantApp(() => DOWN);
    const waits = [];
    for (const _ of [1, 2, 3]) {
      await expect(lookUp()).rejects.toMatchObject({ code: "provider_unavailable" });
      const { coolDownSeconds } = await read(store, id);
      waits.push(Math.round(coolDownSeconds ?? 0));
      pass(40);
    }

    expect(waits).toEqual([2, 4, 8]);
  });

  test("leaves a token that is cached usable during the cool-down", async () => {
    const { lookUp, calls } = await plantApp((call) => (call === 1 ? tokensOf(1, null) : DOWN));
    await lookUp();
    await codesOf([lookUp({ repositories: ["a"] })]);

    expect((await lookUp()).accessToken).toBe("access-1");
    expect(calls).toHaveLength(3);
  });

  test.each([
    "provider_misconfigured",
    "provider_rate_limited",
    "platform_not_configured",
  ] as const)("with %s starts the cool-down", async (code) => {
    const { lookUp, store, id } = await plantApp(() => rejection(code));

    expect(await codesOf([lookUp()])).toEqual([code]);
    expect(await read(store, id)).toMatchObject({ refreshFailures: 1, lastRefreshError: code });
  });

  test("starts no cool-down by a response that only this narrowing gets", async () => {
    const { lookUp, store, id } = await plantApp(() => rejection("provider_error"));

    expect(await codesOf([lookUp()])).toEqual(["provider_error"]);
    expect(await read(store, id)).toMatchObject({ coolDownSeconds: null });
  });

  test("is not started without time for the response", async () => {
    const { lookUp, calls, store, id } = await plantApp((call) => tokensOf(call, null));

    await expect(lookUp(READ, 0, 4000)).rejects.toMatchObject({
      code: "retry_later",
      reason: "time",
    });
    expect(calls).toEqual([]);
    expect(await read(store, id)).toMatchObject({ coolDownSeconds: null });
  });

  test("is not repeated without time for the response", async () => {
    const { narrow, token, provider, calls } = await plantApp(() => DOWN);
    const remainingMs = () => (calls.length > 0 ? 4000 : 30_000);

    const lookup = narrow(token, { ...requestOf(provider), remainingMs, narrowing: READ });

    await expect(lookup).rejects.toMatchObject({ code: "provider_unavailable" });
    expect(calls).toHaveLength(1);
  });

  test.each([
    ["six seconds", 30_000, 6000],
    ["what is left but four seconds", 9000, 5000],
  ])("has %s for a call", async (_, remainingMs, expected) => {
    const { deps, token, provider } = await plantApp((call) => tokensOf(call, null));
    const { timing, limits } = timingOf();
    const narrow = createTokenNarrower({ ...deps, timing });

    await narrow(token, { ...requestOf(provider, 0, remainingMs), narrowing: READ });

    expect(limits).toEqual([expected]);
  });
});

describe("a narrowed mint that finds the installation ended", () => {
  test.each([
    ["uninstalled", [{ type: "uninstalled", reason: "uninstalled" }]],
    ["suspended", [{ type: "suspended", reason: "suspended" }]],
  ])("as %s ends the row once, with its event", async (reason, events) => {
    const failure = new ServiceError("installation_inactive", "Gone.", { reason });
    const { lookUp, calls, store, id, events: sent } = await plantApp(() => failure);

    const codes = await codesOf([lookUp(), lookUp(), lookUp()]);
    codes.push(...(await codesOf([lookUp()])));

    expect(codes).toEqual(Array(4).fill("installation_inactive"));
    expect(calls).toHaveLength(1);
    expect(await store.find({ id })).toMatchObject({ inactiveReason: reason });
    expect(sent.published).toMatchObject(events);
    expect(sent.published).toHaveLength(events.length);
  });

  test("asks again when the installation was changed meanwhile, and with its new id", async () => {
    const ids: (string | null)[] = [];
    const app = await plantApp(async (call, { providerInstallationId }) => {
      ids.push(providerInstallationId);
      if (call > 1) return tokensOf(call, null);
      await app.store.upsert(toInstall({ ...app.input, providerInstallationId: "43" }));
      throw GONE;
    });

    expect((await app.lookUp()).accessToken).toBe("access-2");
    expect(ids).toEqual(["42", "43"]);
    expect(app.events.published).toEqual([]);
  });

  test("asks again only about a registration that was not changed in the database", async () => {
    const app = await plantApp(async () => {
      await app.store.upsert(toInstall(app.input));
      throw GONE;
    });
    const asked: unknown[] = [];
    const findToken = (...[key, options]: Parameters<typeof app.store.findToken>) => {
      asked.push(options);
      return app.store.findToken(key, options);
    };
    const narrow = createTokenNarrower({ ...app.deps, tokens: { ...app.store, findToken } });

    const narrowing = { ...requestOf(app.provider), narrowing: READ };
    await narrow(app.token, narrowing).catch(() => {});

    expect(asked).toEqual(Array(3).fill({ verifyRegistration: true }));
  });

  test("gives up after three times", async () => {
    const app = await plantApp(async () => {
      await app.store.upsert(toInstall(app.input));
      throw GONE;
    });

    await expect(app.lookUp()).rejects.toMatchObject({ code: "retry_later", reason: "changed" });
    expect(app.calls).toHaveLength(3);
    expect(await app.store.find({ id: app.id })).toMatchObject({ isActive: true });
  });
});
