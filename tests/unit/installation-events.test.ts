import { describe, expect, test } from "vitest";
import { ServiceError } from "../../core/errors.ts";
import { handleCallback } from "../../core/install/callback.ts";
import { deleteInstallation } from "../../core/installations/delete.ts";
import { reconcile } from "../../core/installations/reconcile.ts";
import type { StoredToken } from "../../core/ports/token-store.ts";
import { lookUpToken } from "../../core/tokens/lookup.ts";
import { createRefresh } from "../../core/tokens/refresh.ts";
import { toInstall } from "../contract/stores.ts";
import { depsOf, HOUR, jira, plant, providerOf, requestOf } from "../support/refresh-fixture.ts";
import { createDeps, startFlow } from "../support/scripted-flow.ts";

const DEAD = new ServiceError("reauthorization_required", "Over.", { reason: "invalid_grant" });
const GONE = new ServiceError("installation_inactive", "Gone.", { reason: "uninstalled" });
const SUSPENDED = new ServiceError("installation_inactive", "Paused.", { reason: "suspended" });
/** A reconciliation that cannot wait. */
const SOON = { remainingMs: () => 0 };
const AWAY = new ServiceError("retry_later", "The database is away.");

describe("an install", () => {
  test("publishes an event after it is stored, with the fields of an event and no others", async () => {
    const { deps, events } = createDeps();
    const { callback } = await startFlow(deps);

    const result = await handleCallback(deps, callback({ code: "code-1" }));

    expect(events.published).toEqual([
      {
        id: expect.stringMatching(/^evt-[0-9a-f]{32}$/),
        type: "created",
        installationId: result.status === "success" && result.installation.id,
        platform: "github",
        organizationId: "67890",
        organizationName: "my-org",
        occurredAt: expect.any(Date),
        reason: null,
        grantEndsAt: null,
        hasSharedAccount: false,
        installerChanged: false,
        previousInstallationId: null,
        requestedBy: null,
        approvedBy: null,
      },
    ]);
  });

  test("that was not stored publishes nothing", async () => {
    const { deps, installations, events } = createDeps();
    const { callback } = await startFlow(deps);
    const broken = { ...installations, upsert: () => Promise.reject(AWAY) };

    await handleCallback({ ...deps, installations: broken }, callback({ code: "code-1" }));

    expect(events.published).toEqual([]);
  });
});

describe("a refresh that the platform refuses", () => {
  test.each([
    ["ended the grant", DEAD, [{ type: "reauthorization_required", reason: "invalid_grant" }]],
    ["uninstalled the bot", GONE, [{ type: "uninstalled", reason: "uninstalled" }]],
    ["suspended the bot", SUSPENDED, [{ type: "suspended" }]],
  ])("because it %s publishes that, once for all waiting callers", async (_, failure, expected) => {
    const { refresh, token, events } = await plant(-1);
    const { provider } = providerOf(() => failure);

    await Promise.allSettled([1, 2, 3].map(() => refresh(token, requestOf(provider))));
    await refresh(token, requestOf(provider)).catch(() => {});

    expect(events.published).toMatchObject(expected);
    expect(events.published).toHaveLength(expected.length);
  });

  test("publishes nothing after a re-install", async () => {
    const { store, refresh, input, token, events } = await plant(-1);
    const { provider } = providerOf(async () => {
      const tokenExpiresAt = new Date(Date.now() + HOUR * 1000);
      await store.upsert(toInstall({ ...input, accessToken: "access-9", tokenExpiresAt }));
      throw DEAD;
    });

    await refresh(token, requestOf(provider));

    expect(events.published).toEqual([]);
  });

  test("publishes nothing if that could not be stored", async () => {
    const { store, token } = await plant(-1);
    const leases = { ...store, end: () => Promise.reject(AWAY) };
    const deps = depsOf({ tokens: store, leases });
    const { provider } = providerOf(() => DEAD);

    await expect(createRefresh(deps)(token, requestOf(provider))).rejects.toBe(AWAY);
    expect(deps.events.published).toEqual([]);
  });
});

test("the first lookup of an expired token without a refresh token publishes its end, and the next does not", async () => {
  const { store, refresh, id, events } = await plant(-1, { refreshToken: null });
  const narrow = () => Promise.reject(new Error("not asked for"));
  const deps = {
    tokens: store,
    providers: [jira],
    refresh,
    narrow,
    findPlatformFields: async () => ({}),
    findMetadata: async () => ({}),
    replaceRejected: async (token: StoredToken) => token,
    onRejection() {},
    events,
  };
  const lookup = { key: { id }, narrowing: undefined, minTtlSeconds: 0, remainingMs: () => 20_000 };

  const together = [1, 2, 3].map(() => lookUpToken(deps, lookup));
  await Promise.allSettled(together);
  await lookUpToken(deps, lookup).catch(() => {});

  expect(events.published).toMatchObject([
    { type: "reauthorization_required", reason: "token_expired", installationId: id },
  ]);
});

describe("a reconciliation", () => {
  const checked = (status: "uninstalled" | "reauthorization_required" | "suspended") => ({
    ...jira,
    check: async () => ({ status, evidence: "token" as const }),
  });

  test.each([
    ["uninstalled", [{ type: "uninstalled", reason: "uninstalled" }]],
    [
      "reauthorization_required",
      [{ type: "reauthorization_required", reason: "reauthorization_required" }],
    ],
    ["suspended", [{ type: "suspended", reason: "suspended" }]],
  ] as const)("with the status %s publishes that, once", async (status, expected) => {
    const { store, id, events } = await plant(HOUR);
    const deps = { tokens: store, providers: [checked(status)], events };

    await Promise.all([1, 2, 3].map(() => reconcile(deps, { id }, SOON)));
    await reconcile(deps, { id }, SOON);

    expect(events.published).toMatchObject(expected);
    expect(events.published).toHaveLength(expected.length);
  });

  test("publishes nothing in a dry run", async () => {
    const { store, id, events } = await plant(-1);
    const deps = { tokens: store, providers: [checked("uninstalled")], events };

    await reconcile(deps, { id }, { ...SOON, dryRun: true });

    expect(events.published).toEqual([]);
  });

  test("publishes nothing during a refresh, because it changes nothing", async () => {
    const { store, id, token, events } = await plant(-1);
    const deps = { tokens: store, providers: [checked("uninstalled")], events };
    await store.take(token, { seconds: 30 });

    await expect(reconcile(deps, { id }, SOON)).rejects.toMatchObject({ code: "retry_later" });
    expect(events.published).toEqual([]);
  });
});

describe("deleting an installation", () => {
  test("publishes its end", async () => {
    const { store, id, events } = await plant(-1);

    await deleteInstallation(
      { installations: store, tokens: store, providers: [], events },
      { id, revoke: false },
    );

    expect(events.published).toMatchObject([
      { type: "uninstalled", reason: "deleted", installationId: id, organizationName: "Test Org" },
    ]);
  });

  test("publishes nothing if a webhook already published it, even during the revocation", async () => {
    const { store, id, events } = await plant(-1);
    const provider = {
      ...jira,
      canRevoke: true,
      check: async () => ({ status: "uninstalled" as const, evidence: "token" as const }),
      revoke: async () => {
        await reconcile({ tokens: store, providers: [provider], events }, { id }, SOON);
      },
    };

    await deleteInstallation(
      { installations: store, tokens: store, providers: [provider], events },
      { id, revoke: true },
    );

    expect(events.published).toMatchObject([{ type: "uninstalled", reason: "uninstalled" }]);
  });
});
