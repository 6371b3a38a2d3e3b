import { describe, expect, test } from "vitest";
import { ServiceError } from "../../core/errors.ts";
import type { OAuthProvider } from "../../core/ports/provider.ts";
import { createRefresh } from "../../core/tokens/refresh.ts";
import {
  createRejectedTokenReplacer,
  hasHash,
  type RejectionReport,
} from "../../core/tokens/rejections.ts";
import { newInstallation } from "../contract/stores.ts";
import { createMemoryInstallations } from "../support/memory/installations.ts";
import { createTables } from "../support/memory/tables.ts";
import { createMemoryTokenRejections } from "../support/memory/token-rejections.ts";
import {
  checkOf,
  DEAD,
  DOWN,
  depsOf,
  jira,
  pass,
  providerOf,
  read,
  requestOf,
  tokensOf,
} from "../support/refresh-fixture.ts";

/** An installation at Jira whose token lives for a day, and a process that handles reports about it. */
async function plantReported({
  states = ["alive"],
  refresh: answer = (call) => tokensOf(call),
  rules = {},
  refreshToken = "refresh-0",
}: {
  states?: readonly ("alive" | "dead" | "expired" | ServiceError)[];
  refresh?: (call: number) => ReturnType<typeof tokensOf> | ServiceError;
  rules?: Partial<OAuthProvider>;
  refreshToken?: string | null;
} = {}) {
  pass(0);
  const tables = createTables();
  const store = createMemoryInstallations(tables);
  const { installation } = await store.create(
    newInstallation({
      platform: "jira",
      kind: "jira_3lo",
      clientId: jira.clientId,
      accessToken: "access-0",
      refreshToken,
      tokenExpiresAt: new Date(Date.now() + 86_400_000),
    }),
  );
  const { check, checked } = checkOf(...states);
  const { provider, calls } = providerOf((_, call) => answer(call), { check, ...rules });
  const deps = depsOf({ tokens: store, leases: store });
  const reports: RejectionReport[] = [];
  const replace = createRejectedTokenReplacer({
    ...deps,
    rejections: createMemoryTokenRejections(tables),
    refresh: createRefresh(deps),
    onRejection: (report) => reports.push(report),
  });
  const { id } = installation;
  return {
    id,
    store,
    calls,
    checked,
    events: deps.events,
    outcomes: () => reports.map(({ outcome }) => outcome),
    report: async () => replace(await read(store, id), requestOf(provider)),
  };
}

test("a hash is that of a token only if it is its SHA-256", () => {
  const sha256 = "8d552bcc72daf0ca2b38aeea44de97d53c3c3f71524eaaad20b426fb333ad21b";

  expect(hasHash("ghs_1", sha256)).toBe(true);
  expect(hasHash("ghs_2", sha256)).toBe(false);
  expect(hasHash(null, sha256)).toBe(false);
});

describe("a report of a token that the platform accepts", () => {
  test("refreshes nothing, and returns that token", async () => {
    const { report, calls, outcomes } = await plantReported();

    expect((await report()).accessToken).toBe("access-0");
    expect(calls).toEqual([]);
    expect(outcomes()).toEqual(["alive"]);
  });

  test("is checked after 30 seconds, then after a minute, and then every five minutes", async () => {
    const { report, checked } = await plantReported();
    const checkedAt: number[] = [];

    for (let second = 0; second <= 800; second += 1) {
      const before = checked.length;
      await report();
      if (checked.length > before) checkedAt.push(second);
      pass(1);
    }

    expect(checkedAt).toEqual([0, 30, 90, 390, 690]);
  });

  test("counts no more after ten minutes without a report", async () => {
    const { report, checked } = await plantReported();
    for (const seconds of [30, 60, 600, 30]) {
      await report();
      pass(seconds);
    }

    await report();

    expect(checked).toHaveLength(5);
  });
});

describe("a report of a token that the platform rejects", () => {
  test("refreshes it once for all callers, though it has a day of life left", async () => {
    const { report, calls, outcomes } = await plantReported({ states: ["dead", "alive"] });

    const tokens = await Promise.all(Array.from({ length: 50 }, report));

    expect(new Set(tokens.map(({ accessToken }) => accessToken))).toEqual(new Set(["access-1"]));
    expect(calls).toEqual(["refresh-0"]);
    expect(new Set(outcomes())).toEqual(new Set(["refreshed"]));
  });

  test("that has only expired there refreshes it, too", async () => {
    const { report } = await plantReported({ states: ["expired", "alive"] });

    expect((await report()).accessToken).toBe("access-1");
  });

  test("ends the installation if the refreshed one is rejected as well", async () => {
    const { report, id, store, events, calls } = await plantReported({ states: ["dead"] });

    await expect(report()).rejects.toMatchObject({ code: "reauthorization_required" });
    expect(calls).toEqual(["refresh-0"]);
    expect(await store.find({ id })).toMatchObject({ lastRefreshError: "token_rejected" });
    expect(events.published).toMatchObject([{ reason: "token_rejected" }]);
  });

  test("ends the installation if nothing can be refreshed", async () => {
    const planted = await plantReported({ states: ["dead"], refreshToken: null });
    const { report, id, store, events, outcomes } = planted;

    await expect(report()).rejects.toMatchObject({ code: "reauthorization_required" });
    expect(await store.find({ id })).toMatchObject({ inactiveReason: "reauthorization_required" });
    expect(events.published).toMatchObject([{ reason: "token_rejected" }]);
    expect(outcomes()).toEqual(["ended"]);
  });

  test("ends the installation if the platform rejects the refresh token as well", async () => {
    const { report, outcomes } = await plantReported({ states: ["dead"], refresh: () => DEAD });

    await expect(report()).rejects.toMatchObject({ code: "reauthorization_required" });
    expect(outcomes()).toEqual(["failed"]);
  });

  test("never returns it, though the refresh fails: the error says when to retry", async () => {
    const { report } = await plantReported({ states: ["dead"], refresh: () => DOWN });

    await expect(report()).rejects.toMatchObject({
      code: "provider_unavailable",
      retryAfterSeconds: expect.any(Number),
    });
  });

  test("returns the stored token while the platform does not tell, and ends nothing", async () => {
    const { report, calls, id, store, outcomes } = await plantReported({
      states: [new ServiceError("provider_error", "No.")],
      refreshToken: null,
    });

    expect((await report()).accessToken).toBe("access-0");
    expect(calls).toEqual([]);
    expect(await store.find({ id })).toMatchObject({ isActive: true });
    expect(outcomes()).toEqual(["unknown"]);
  });
});

test("a platform that cannot check a token mints one without a check, once in 30 seconds", async () => {
  const { report, calls, checked, outcomes } = await plantReported({
    rules: { checksToken: false },
  });

  const tokens = [await report(), await report(), await report()];
  pass(31);
  tokens.push(await report());

  const accessTokens = tokens.map(({ accessToken }) => accessToken);
  expect(accessTokens).toEqual(["access-1", "access-1", "access-1", "access-2"]);
  expect(calls).toHaveLength(2);
  expect(checked).toEqual([]);
  expect(outcomes()).toEqual(["refreshed", "too_soon", "too_soon", "refreshed"]);
});
