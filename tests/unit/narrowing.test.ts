import { describe, expect, test } from "vitest";
import { ServiceError } from "../../core/errors.ts";
import type { InstallationCreate } from "../../core/installation.ts";
import type { Narrowing, OAuthProvider, StoredGrant, TokenSet } from "../../core/ports/provider.ts";
import { createTokenNarrower } from "../../core/tokens/narrow.ts";
import {
  DOWN,
  depsOf,
  HOUR,
  jira,
  pass,
  plant,
  read,
  rejection,
  requestOf,
  timingOf,
  tokensOf,
} from "../support/refresh-fixture.ts";

const READ = { permissions: { contents: "read" } };
const GONE = new ServiceError("installation_inactive", "Gone.", { reason: "uninstalled" });
const REFUSED = rejection("invalid_request");

/** An App's installation, a platform with scripted responses, and a process that narrows its tokens. */
async function plantApp(
  answer: (call: number, grant: StoredGrant) => TokenSet | ServiceError | Promise<TokenSet>,
  change: Partial<InstallationCreate> = {},
) {
  const kind = { kind: "github_app", refreshToken: null, providerInstallationId: "42" } as const;
  const planted = await plant(HOUR, { platform: "github", ...kind, ...change });
  const { store } = planted;
  const calls: Narrowing[] = [];
  const provider: OAuthProvider = {
    ...jira,
    async narrow(grant, narrowing) {
      calls.push(narrowing);
      const answered = await answer(calls.length, grant);
      if (answered instanceof ServiceError) throw answered;
      return answered;
    },
  };
  const deps = depsOf({ tokens: store, leases: store });
  const narrow = createTokenNarrower(deps);

  async function lookUp(narrowing: Narrowing = READ, minTtlSeconds = 0, remainingMs = 30_000) {
    const token = await read(store, planted.id);
    return narrow(token, { ...requestOf(provider, minTtlSeconds, remainingMs), narrowing });
  }
  return { ...planted, provider, calls, deps, narrow, lookUp, events: deps.events };
}

/** Waits for all, and returns the codes of the errors. */
async function codesOf(lookups: readonly Promise<unknown>[]): Promise<unknown[]> {
  const settled = await Promise.allSettled(lookups);
  return settled.map((one) => (one.status === "rejected" ? Object(one.reason).code : "ok"));
}

describe("a narrowed token", () => {
  test("is minted once for all who need the same at once, and kept until its life gets too short", async () => {
    const { lookUp, calls } = await plantApp((call) => tokensOf(call, null));

    const together = await Promise.all([1, 2, 3].map(() => lookUp()));
    pass(HOUR - 901);
    const later = await lookUp();
    pass(2);
    const after = await lookUp();

    expect(together.map(({ accessToken }) => accessToken)).toEqual(Array(3).fill("access-1"));
    expect([later.accessToken, after.accessToken]).toEqual(["access-1", "access-2"]);
    expect(calls).toEqual([READ, READ]);
  });

  test("is another for another narrowing, and for other tokens of the installation", async () => {
    const { store, token, lookUp } = await plantApp((call) => tokensOf(call, null));

    const first = await lookUp();
    const other = await lookUp({ repositories: ["a"] });
    await store.expireToken(token);
    const newer = await lookUp();

    expect([first, other, newer].map(({ accessToken }) => accessToken)).toEqual([
      "access-1",
      "access-2",
      "access-3",
    ]);
  });

  test("is refused where the provider has none", async () => {
    const { narrow, token, calls } = await plantApp((call) => tokensOf(call, null));

    const narrowing = narrow(token, { ...requestOf(jira), narrowing: READ });

    await expect(narrowing).rejects.toMatchObject({ code: "invalid_request" });
    expect(calls).toEqual([]);
  });
});

describe("a narrowing that the installation does not grant", () => {
  test("is remembered for a minute, in which nothing is requested", async () => {
    const { lookUp, calls, store, id } = await plantApp(() => REFUSED);

    const first = await codesOf([lookUp(), lookUp()]);
    pass(59);
    const later = await codesOf([lookUp()]);
    const callsInMinute = calls.length;
    pass(2);
    const after = await codesOf([lookUp()]);

    expect([...first, ...later, ...after]).toEqual(Array(4).fill("invalid_request"));
    expect([callsInMinute, calls.length]).toEqual([1, 2]);
    expect(await read(store, id)).toMatchObject({ coolDownSeconds: null, isActive: true });
  });

  test("is requested again at once after the installation changed, and does not stop another one", async () => {
    const { lookUp, calls, store, token } = await plantApp((call) =>
      call === 1 ? REFUSED : tokensOf(call, null),
    );
    await codesOf([lookUp()]);

    const other = await lookUp({ repositories: ["a"] });
    await store.expireToken(token);
    const granted = await lookUp();

    expect([other.accessToken, granted.accessToken]).toEqual(["access-2", "access-3"]);
    expect(calls).toHaveLength(3);
  });
});

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

  test("starts no cool-down by a response that only this narrowing gets", async () => {
    const { lookUp, store, id } = await plantApp(() => rejection("provider_error"));

    expect(await codesOf([lookUp()])).toEqual(["provider_error"]);
    expect(await read(store, id)).toMatchObject({ coolDownSeconds: null });
  });

  test("is not started without time for the response", async () => {
    const { lookUp, calls, store, id } = await plantApp((call) => tokensOf(call, null));

    await expect(lookUp(READ, 0, 4000)).rejects.toMatchObject({ code: "retry_later" });
    expect(calls).toEqual([]);
    expect(await read(store, id)).toMatchObject({ coolDownSeconds: null });
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
    ["suspended", []],
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
      await app.store.upsert({ ...app.input, providerInstallationId: "43" });
      throw GONE;
    });

    expect((await app.lookUp()).accessToken).toBe("access-2");
    expect(ids).toEqual(["42", "43"]);
    expect(app.events.published).toEqual([]);
  });

  test("gives up after three times", async () => {
    const app = await plantApp(async () => {
      await app.store.upsert(app.input);
      throw GONE;
    });

    await expect(app.lookUp()).rejects.toMatchObject({ code: "retry_later" });
    expect(app.calls).toHaveLength(3);
    expect(await app.store.find({ id: app.id })).toMatchObject({ isActive: true });
  });
});
