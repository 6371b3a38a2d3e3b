import { describe, expect, test } from "vitest";
import type { OAuthProvider } from "../../core/ports/provider.ts";
import { createGithubOAuthApp } from "../../core/providers/github/oauth-app.ts";
import { lookUpToken } from "../../core/tokens/lookup.ts";
import { createTokenNarrower } from "../../core/tokens/narrow.ts";
import { newInstallation } from "../contract/installation-repository.contract.ts";
import { createMemoryInstallationEvents } from "../support/memory/installation-events.ts";
import { createMemoryInstallations } from "../support/memory/installations.ts";

const github: OAuthProvider = createGithubOAuthApp({
  clientId: "client-1",
  clientSecret: { use: () => Promise.reject(new Error("must not be read")) },
  scopes: ["repo"],
  urls: { web: "https://github.com", api: "https://api.github.com" },
});

const LOOKUP = { narrowing: undefined, minTtlSeconds: 0, remainingMs: () => 20_000 };

function createDeps(providers: readonly OAuthProvider[] = [github]) {
  const store = createMemoryInstallations();
  const refresh = () => Promise.reject(new Error("not asked for"));
  const events = createMemoryInstallationEvents();
  return {
    store,
    deps: { tokens: store, providers, refresh, narrow: createTokenNarrower(), events },
  };
}

describe("a token lookup", () => {
  test("returns a fresh token and its API, without reading the client secret", async () => {
    const { store, deps } = createDeps();
    const { id } = await store.create(newInstallation());

    const token = await lookUpToken(deps, { key: { id }, ...LOOKUP });

    expect(token).toMatchObject({
      accessToken: "gho_FAKE1",
      apiBaseUrl: "https://api.github.com",
    });
  });

  test("returns a token that never expires", async () => {
    const { store, deps } = createDeps();
    const { id } = await store.create(newInstallation({ tokenExpiresAt: null }));

    expect(await lookUpToken(deps, { key: { id }, ...LOOKUP })).toMatchObject({
      expiresAt: null,
    });
  });

  test("never returns an expired token without a refresh token, and ends the installation", async () => {
    const { store, deps } = createDeps();
    const tokenExpiresAt = new Date(Date.now() - 1000);
    const { id } = await store.create(newInstallation({ tokenExpiresAt, refreshToken: null }));

    await expect(lookUpToken(deps, { key: { id }, ...LOOKUP })).rejects.toMatchObject({
      code: "reauthorization_required",
    });
    expect(await store.find({ id })).toMatchObject({
      inactiveReason: "reauthorization_required",
      lastRefreshError: "token_expired",
    });
  });

  test("returns a token without a refresh token until it expires, whatever life was requested", async () => {
    const { store, deps } = createDeps();
    const tokenExpiresAt = new Date(Date.now() + 30_000);
    const { id } = await store.create(newInstallation({ tokenExpiresAt, refreshToken: null }));

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
    const { store, deps } = createDeps();
    const { id } = await store.create(newInstallation());
    await store.update(id, { isActive: false });

    await expect(lookUpToken(deps, { key: { id }, ...LOOKUP })).rejects.toMatchObject({
      code: "installation_inactive",
      reason: "disabled",
    });
  });

  test("of a kind of app that is not configured fails", async () => {
    const { store, deps } = createDeps();
    const { id } = await store.create(newInstallation({ platform: "slack", kind: "slack_bot" }));

    await expect(lookUpToken(deps, { key: { id }, ...LOOKUP })).rejects.toMatchObject({
      code: "platform_not_configured",
    });
  });

  test("cannot narrow tokens of other apps than GitHub Apps", async () => {
    const { store, deps } = createDeps();
    const { id } = await store.create(newInstallation());

    await expect(
      lookUpToken(deps, { key: { id }, ...LOOKUP, narrowing: { repositories: ["a"] } }),
    ).rejects.toMatchObject({
      code: "invalid_request",
    });
  });
});
