import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { Permission } from "../../core/grants/permissions.ts";
import type { OAuthProvider } from "../../core/ports/provider.ts";
import { lookUpToken } from "../../core/tokens/lookup.ts";
import { createDeps, github, LOOKUP } from "../support/lookup-fixture.ts";
import { pass, read } from "../support/refresh-fixture.ts";

describe("a token lookup", () => {
  test("returns a fresh token and its API, without reading the client secret", async () => {
    const { create, deps } = createDeps();
    const { id } = await create();

    const token = await lookUpToken(deps, { key: { id }, ...LOOKUP });

    expect(token).toMatchObject({
      accessToken: "gho_FAKE1",
      apiBaseUrl: "https://api.github.com",
    });
  });

  test("reports the scopes that an install requests and that were not granted", async () => {
    const { create, deps } = createDeps([{ ...github, scopes: ["repo", "gist"] }]);
    const { id } = await create({ scopes: ["repo"] });
    const unknown = await create({ scopes: [] });

    const token = await lookUpToken(deps, { key: { id }, ...LOOKUP });
    const other = await lookUpToken(deps, { key: { id: unknown.id }, ...LOOKUP });

    expect([token.missingScopes, other.missingScopes]).toEqual([["gist"], []]);
  });

  test("fails with missing_scope without a scope that the caller requires", async () => {
    const { create, deps } = createDeps();
    const { id } = await create({ scopes: ["repo"] });
    const lookUp = (...requiredScopes: string[]) =>
      lookUpToken(deps, { key: { id }, ...LOOKUP, requiredScopes });

    expect(await lookUp("repo", "public_repo")).toMatchObject({ accessToken: "gho_FAKE1" });
    await expect(lookUp("repo", "gist", "read:org")).rejects.toMatchObject({
      code: "missing_scope",
      message: "The installation does not have the required scopes: gist, read:org.",
    });
  });

  test("names the permissions of the App that the organization has not accepted, if they are known", async () => {
    const permissions = [{ name: "contents", access: "write" }] as const;
    const { create, deps } = createDeps([{ ...github, permissions }]);
    const { id } = await create({ permissions: { contents: "read" } });
    const unknown = await create();

    const token = await lookUpToken(deps, { key: { id }, ...LOOKUP });
    const other = await lookUpToken(deps, { key: { id: unknown.id }, ...LOOKUP });

    expect([token.missingPermissions, other.missingPermissions]).toEqual([
      { contents: "write" },
      {},
    ]);
  });

  test("fails with missing_scope without a permission that the caller requires", async () => {
    const { create, deps } = createDeps();
    const { id } = await create({ permissions: { contents: "write", issues: "read" } });
    const lookUp = (...requiredPermissions: Permission[]) =>
      lookUpToken(deps, { key: { id }, ...LOOKUP, requiredPermissions });

    expect(await lookUp({ name: "contents", access: "read" })).toMatchObject({
      accessToken: "gho_FAKE1",
    });
    await expect(
      lookUp({ name: "issues", access: "write" }, { name: "checks", access: "read" }),
    ).rejects.toMatchObject({
      code: "missing_scope",
      message:
        "The installation does not have the required permissions: issues: write, checks: read.",
    });
  });

  test("asks the platform about a rejected token only if it is the stored one", async () => {
    const { create, deps, reports } = createDeps();
    const { id } = await create();
    const report = (token: string) =>
      lookUpToken(deps, {
        key: { id },
        ...LOOKUP,
        rejectedTokenSha256: createHash("sha256").update(token).digest("hex"),
      });

    const tokens = [await report("gho_OTHER"), await report("gho_FAKE1")];

    expect(tokens.map(({ accessToken }) => accessToken)).toEqual(["gho_FAKE1", "gho_FAKE1"]);
    // The secret that the check needs cannot be read here.
    expect(reports.map(({ outcome }) => outcome)).toEqual(["replaced", "unknown"]);
  });

  test("returns a token that never expires", async () => {
    const { create, deps } = createDeps();
    const { id } = await create({ tokenExpiresAt: null });

    expect(await lookUpToken(deps, { key: { id }, ...LOOKUP })).toMatchObject({
      expiresAt: null,
    });
  });

  test("never returns an expired token without a refresh token, and ends the installation", async () => {
    const { store, create, deps } = createDeps();
    const tokenExpiresAt = new Date(Date.now() - 1000);
    const { id } = await create({ tokenExpiresAt, refreshToken: null });

    await expect(lookUpToken(deps, { key: { id }, ...LOOKUP })).rejects.toMatchObject({
      code: "reauthorization_required",
    });
    expect(await store.find({ id })).toMatchObject({
      inactiveReason: "reauthorization_required",
      lastRefreshError: "token_expired",
    });
  });

  test("returns a token without a refresh token until it expires, whatever life was requested", async () => {
    const { create, deps } = createDeps();
    const tokenExpiresAt = new Date(Date.now() + 30_000);
    const { id } = await create({ tokenExpiresAt, refreshToken: null });

    const token = await lookUpToken(deps, { key: { id }, ...LOOKUP, minTtlSeconds: 3000 });

    expect(token.accessToken).toBe("gho_FAKE1");
  });

  test("of an installation that does not exist fails", async () => {
    const { deps } = createDeps();
    const key = { platform: "github", organizationId: "0" } as const;

    await expect(lookUpToken(deps, { key, ...LOOKUP })).rejects.toMatchObject({
      code: "installation_not_found",
    });
  });

  test("of a disabled installation fails", async () => {
    const { store, create, deps } = createDeps();
    const { id } = await create();
    await store.update(id, { isActive: false });

    await expect(lookUpToken(deps, { key: { id }, ...LOOKUP })).rejects.toMatchObject({
      code: "installation_inactive",
      reason: "disabled",
    });
  });

  test("of a kind of app that is not configured fails", async () => {
    const { create, deps } = createDeps();
    const { id } = await create({ platform: "slack", kind: "slack_bot" });

    await expect(lookUpToken(deps, { key: { id }, ...LOOKUP })).rejects.toMatchObject({
      code: "platform_not_configured",
    });
  });

  test("of an installation that was made with another registration fails", async () => {
    const { create, deps } = createDeps();
    const { id } = await create({ clientId: "client-2" });

    await expect(lookUpToken(deps, { key: { id }, ...LOOKUP })).rejects.toMatchObject({
      code: "platform_not_configured",
      reason: "client id",
    });
  });

  test("cannot narrow tokens of other apps than GitHub Apps", async () => {
    const { create, deps } = createDeps();
    const { id } = await create();

    await expect(
      lookUpToken(deps, { key: { id }, ...LOOKUP, narrowing: { repositories: ["a"] } }),
    ).rejects.toMatchObject({
      code: "invalid_request",
    });
  });
});

describe("a token lookup of an ending grant", () => {
  /** A grant that ends in five minutes, because its refresh token is lost. */
  async function createEnding() {
    pass(0);
    const { store, create, events, deps } = createDeps();
    const { id } = await create({ tokenExpiresAt: new Date(Date.now() + 300_000) });
    const lease = await store.take(await read(store, id), { seconds: 26 });
    if (lease) await store.endLater(lease, "bad_refresh_token");
    return { store, id, events, deps };
  }

  test("returns the token with its end, whatever life was requested, and refreshes nothing", async () => {
    const { id, deps } = await createEnding();

    const token = await lookUpToken(deps, { key: { id }, ...LOOKUP, minTtlSeconds: 3000 });

    expect(token.accessToken).toBe("gho_FAKE1");
    expect(token.grantEndsAt).toEqual(token.expiresAt);
  });

  test("ends it when the token has expired, without a second event", async () => {
    const { store, id, events, deps } = await createEnding();
    pass(301);

    const lookups = [1, 2, 3].map(() => lookUpToken(deps, { key: { id }, ...LOOKUP }));
    const results = await Promise.allSettled(lookups);

    const failure = { status: "rejected", reason: { code: "reauthorization_required" } };
    expect(results).toMatchObject([failure, failure, failure]);
    expect(await store.find({ id })).toMatchObject({
      inactiveReason: "reauthorization_required",
      grantEndsAt: null,
    });
    expect(events.published).toEqual([]);
  });

  test("is retry_later if the installation was changed while that was read", async () => {
    const { store, id, deps } = await createEnding();
    pass(301);
    const tokens = {
      ...store,
      endExpired: async () => {
        await store.update(id, { accessToken: "gho_FAKE2", refreshToken: "ghr_FAKE2" });
        return false;
      },
    };

    const lookup = lookUpToken({ ...deps, tokens }, { key: { id }, ...LOOKUP });

    await expect(lookup).rejects.toMatchObject({ code: "retry_later" });
    expect(await lookUpToken(deps, { key: { id }, ...LOOKUP })).toMatchObject({
      accessToken: "gho_FAKE2",
    });
  });
});

describe("a token lookup of an installation whose kind, id or registration was changed in the database", () => {
  test.each([
    ["with a narrowing", { permissions: { contents: "read" } }],
    ["without one", undefined],
  ])("fails %s, and calls no platform", async (_, narrowing) => {
    const calls: string[] = [];
    const app: OAuthProvider = {
      ...github,
      kind: "github_app",
      narrow: async ({ providerInstallationId }) => {
        calls.push(providerInstallationId ?? "");
        throw new Error("The test expects no call.");
      },
    };
    const { tables, create, deps } = createDeps([app]);
    const { id } = await create({ kind: "github_app", providerInstallationId: "42" });
    const row = tables.installations.get(id);
    if (row) tables.installations.set(id, { ...row, providerInstallationId: "43" });

    const lookup = lookUpToken(deps, { key: { id }, ...LOOKUP, narrowing });

    await expect(lookup).rejects.toMatchObject({ code: "decryption_failed" });
    expect(calls).toEqual([]);
  });
});
