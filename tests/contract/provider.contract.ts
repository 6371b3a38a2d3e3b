import { describe, expect, test } from "vitest";
import { PLATFORMS } from "../../core/platforms.ts";
import { testProviderFaults } from "./provider-faults.contract.ts";
import { authorization, openProvider, type ProviderAdapter } from "./provider-flow.ts";
import { testProviderOutcomes } from "./provider-outcomes.contract.ts";
import { testProviderRefresh } from "./provider-refresh.contract.ts";

/** The promises of `OAuthProvider`, for every adapter to keep. */
export function testProvider(adapter: ProviderAdapter): void {
  describe("authorizationUrl", () => testAuthorizationUrl(adapter));
  describe("exchange", () => testExchange(adapter));
  describe("a redeemed code", () => testRedeemedCode(adapter));
  describe("refresh", () => testProviderRefresh(adapter));
  describe("check", () => testCheck(adapter));
  describe("revoke", () => testRevoke(adapter));
  describe("a secret", () => testSecrets(adapter));
  describe("a platform at fault", () => testProviderFaults(adapter));
  describe("the outcome of a failed refresh", () => testProviderOutcomes(adapter));

  test("apiBaseUrl says where the tokens of the organization are used", async () => {
    const { provider, grant, apiBaseUrl } = await openProvider(adapter);

    expect(provider.apiBaseUrl(grant.organizationId)).toBe(apiBaseUrl);
  });
}

function testAuthorizationUrl(adapter: ProviderAdapter): void {
  test("goes to the platform with our client id, our callback and the state", async () => {
    const { provider, authorizeUrl, redirectUri } = await openProvider(adapter);

    const request = authorization(redirectUri);
    const url = provider.authorizationUrl(request);

    expect(url.origin + url.pathname).toBe(authorizeUrl);
    expect(url.searchParams.getAll("client_id")).toEqual([adapter.clientId]);
    expect(url.searchParams.getAll("redirect_uri")).toEqual([redirectUri]);
    expect(url.searchParams.getAll("state")).toEqual([request.state]);
  });

  test(`${adapter.hasPkce ? "has" : "has no"} challenge by S256`, async () => {
    const { provider, redirectUri } = await openProvider(adapter);

    const request = authorization(redirectUri);
    const { searchParams } = provider.authorizationUrl(request);

    const challenge = [request.codeChallenge, "S256"];
    const sent = ["code_challenge", "code_challenge_method"].map((name) => searchParams.get(name));
    expect(sent).toEqual(adapter.hasPkce ? challenge : [null, null]);
  });

  test("has nothing secret in it, reads no secret and asks the platform nothing", async () => {
    const { provider, redirectUri, vault, countRequests } = await openProvider(adapter);
    const { codeVerifier, ...request } = authorization(redirectUri);
    vault.know(codeVerifier);

    const { href } = provider.authorizationUrl(request);

    expect(vault.secrets().filter((secret) => href.includes(secret))).toEqual([]);
    expect(vault.reads()).toEqual({ cached: 0, reloaded: 0 });
    expect(countRequests()).toBe(0);
  });
}

function testExchange(adapter: ProviderAdapter): void {
  test("redeems a code for a grant: which organization, who, and tokens that work", async () => {
    const { provider, exchange, consent, grant, works } = await openProvider(adapter);

    const [granted, ...others] = await exchange(await consent());

    const { tokens, ...identity } = granted;
    expect(others).toEqual([]);
    expect(identity).toEqual(grant);
    expect(await works(tokens?.accessToken ?? "")).toBe(true);
    expect(tokens?.expiresInSeconds).toBeGreaterThan(provider.refreshMarginSeconds);
    const { providerInstallationId } = granted;
    const hasRefreshToken = typeof tokens?.refreshToken === "string";
    expect(provider.canRefresh({ providerInstallationId, hasRefreshToken })).toBe(true);
  });

  test("refuses a code that nobody was given", async () => {
    const { provider, consent, failureOf } = await openProvider(adapter);
    const request = await consent();

    const failure = await failureOf(provider.exchange({ ...request, code: "made-up" }));

    expect(failure.code).toBe("exchange_failed");
  });

  test.each(adapter.exchangePaths)("fails whole when %s is out of order", async (path) => {
    const { prepare, failureOf, platforms } = await openProvider(adapter);
    const exchange = await prepare("exchange");
    const fault = { kind: "status", status: 500 } as const;
    platforms.control.addFault({ platform: adapter.platform, path, fault });

    expect((await failureOf(exchange())).code).toBe("provider_unavailable");
  });
}

function testRedeemedCode(adapter: ProviderAdapter): void {
  test("is worth nothing a second time", async () => {
    const { provider, exchange, consent, failureOf } = await openProvider(adapter);
    const request = await consent();
    await exchange(request);

    const failure = await failureOf(provider.exchange(request));

    expect(failure.code).toBe("exchange_failed");
  });

  test("goes with the redirect URI of its authorization, and no other", async () => {
    const { provider, consent, failureOf } = await openProvider(adapter);
    const request = await consent();

    const redirectUri = `${request.redirectUri}/elsewhere`;
    const failure = await failureOf(provider.exchange({ ...request, redirectUri }));

    expect(failure.code).toBe(adapter.otherRedirectUri);
  });

  if (!adapter.hasPkce) return;

  test("goes with the verifier of its challenge, and no other", async () => {
    const { provider, consent, failureOf } = await openProvider(adapter);
    const request = await consent();

    const { codeVerifier } = authorization(request.redirectUri);
    const failure = await failureOf(provider.exchange({ ...request, codeVerifier }));

    expect(failure.code).toBe("exchange_failed");
  });
}

function testCheck(adapter: ProviderAdapter): void {
  test("says active, of which organization, and by its present name where that is known", async () => {
    const { provider, install, rename, grant } = await openProvider(adapter);
    const stored = await install();
    const organizationName = await rename();

    const state = await provider.check(stored);

    const { organizationId } = grant;
    expect(state).toMatchObject({ status: "active", organizationId, organizationName });
    expect(Object(state).isTokenExpired ?? false).toBe(false);
  });

  test.each(adapter.endings)("says $check when $name", async ({ end, check }) => {
    const { provider, install, platforms } = await openProvider(adapter);
    const stored = await install();
    await end(platforms);

    const { evidence } = adapter;
    expect(await provider.check(stored)).toMatchObject({ status: check, evidence });
  });
}

function testRevoke(adapter: ProviderAdapter): void {
  test(`${adapter.revokes ? "ends" : "leaves"} the access at the platform`, async () => {
    const { provider, install, works } = await openProvider(adapter);
    const stored = await install();

    await provider.revoke(stored);

    expect(provider.canRevoke).toBe(adapter.revokes);
    expect(await works(stored.accessToken ?? "")).toBe(!adapter.revokes);
  });

  if (adapter.endedAccess === "is content") testEndedAccess(adapter);
  if (!adapter.revokes) return;

  test("never says of a grant that lives on that it ended it", async () => {
    const { provider, install, platforms } = await openProvider(adapter);
    const stored = await install();
    await platforms.control.letTimePass(86_400);

    const [revocation] = await Promise.allSettled([provider.revoke(stored)]);
    const [renewal] = await Promise.allSettled([provider.refresh(stored)]);

    expect(revocation.status).not.toBe(renewal.status);
  });
}

function testEndedAccess(adapter: ProviderAdapter): void {
  test("is content with an access that it ended already", async () => {
    const { provider, install } = await openProvider(adapter);
    const stored = await install();
    await provider.revoke(stored);

    await expect(provider.revoke(stored)).resolves.toBeUndefined();
  });

  test.each(adapter.endings)("is content when $name", async ({ end }) => {
    const { provider, install, platforms } = await openProvider(adapter);
    const stored = await install();
    await end(platforms);

    await expect(provider.revoke(stored)).resolves.toBeUndefined();
  });
}

function testSecrets(adapter: ProviderAdapter): void {
  const others = (["check", "revoke"] as const).filter(
    (call) => !adapter.secretCalls.includes(call),
  );

  test.each(others)("is not read by %s, whose functions may not read it", async (call) => {
    const { prepare, vault } = await openProvider(adapter);
    const run = await prepare(call);
    const before = vault.reads();

    await run();

    expect(vault.reads()).toEqual(before);
    expect(PLATFORMS[adapter.platform].secretCalls).not.toContain(call);
  });

  test.each(adapter.secretCalls)("that is wrong makes %s provider_misconfigured", async (call) => {
    const { prepare, failureOf, vault } = await openProvider(adapter);
    const run = await prepare(call);
    vault.spoil("never");

    const failure = await failureOf(run());

    expect(failure.code).toBe("provider_misconfigured");
    expect(vault.reads()).toEqual({ cached: 1, reloaded: 1 });
    expect(["exchange", "refresh", ...PLATFORMS[adapter.platform].secretCalls]).toContain(call);
  });

  test.each(adapter.secretCalls)(
    "that is the second of two is tried by %s after the first, and works: nothing was spent on the first",
    async (call) => {
      const { prepare, vault } = await openProvider(adapter);
      const run = await prepare(call);
      vault.spoil("the second");

      await run();

      expect(vault.reads().cached).toBeGreaterThan(0);
      expect(vault.reads().reloaded).toBe(0);
    },
  );

  test.each(adapter.secretCalls)(
    "that was rotated is read again by %s, and works",
    async (call) => {
      const { prepare, vault } = await openProvider(adapter);
      const run = await prepare(call);
      vault.spoil("reload");

      await run();

      expect(vault.reads().reloaded).toBeGreaterThan(0);
    },
  );
}
