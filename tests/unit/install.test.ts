import { describe, expect, test } from "vitest";
import { authorize, callbackUrl } from "../../core/authorize.ts";
import { ServiceError } from "../../core/errors.ts";
import { type InstallDeps, install } from "../../core/install.ts";
import { createInstallLink } from "../../core/install-link.ts";
import { createMemoryInstallations } from "../../core/memory/installations.ts";
import { createMemoryPendingInstallations } from "../../core/memory/pending-installations.ts";
import { createMemoryStateLedger } from "../../core/memory/state-ledger.ts";
import type { CodeExchange, Grant, OAuthProvider } from "../../core/provider.ts";
import { sealerOf } from "../support/keyrings.ts";

const REDIRECT_URI = "https://app.example.com/callback";

const GRANT: Grant = {
  organizationId: "67890",
  organizationName: "my-org",
  organizationUrl: null,
  providerInstallationId: null,
  installedBy: "octocat@example.com",
  installedById: "583231",
  tokens: {
    accessToken: "gho_FAKE1",
    refreshToken: null,
    expiresAt: null,
    refreshTokenExpiresAt: null,
    scopes: ["repo"],
  },
};

/** A platform without a network: it grants what the test says, and remembers what it was asked. */
function createScriptedProvider(change: Partial<OAuthProvider> = {}) {
  const exchanges: CodeExchange[] = [];
  const provider: OAuthProvider = {
    platform: "github",
    kind: "oauth_app",
    clientId: "client-1",
    issuer: "https://github.com/login/oauth",
    refreshMarginSeconds: 600,
    reuseLeewaySeconds: 0,
    authorizationUrl: (request) =>
      new URL(`https://github.com/login/oauth/authorize?${new URLSearchParams({ ...request })}`),
    async exchange(exchange) {
      exchanges.push(exchange);
      return [GRANT];
    },
    canRefresh: () => false,
    refresh: () => Promise.reject(new Error("not asked for")),
    check: () => Promise.reject(new Error("not asked for")),
    revoke: () => Promise.reject(new Error("not asked for")),
    apiBaseUrl: () => "https://api.github.com",
    ...change,
  };
  return { provider, exchanges };
}

function createDeps(change: Partial<OAuthProvider> = {}) {
  const { provider, exchanges } = createScriptedProvider(change);
  const installations = createMemoryInstallations();
  const deps: InstallDeps = {
    stateSealer: sealerOf(),
    providers: [provider],
    redirectUris: new Set([REDIRECT_URI]),
    publicUrl: "https://grants.example.com",
    ledger: createMemoryStateLedger(),
    pending: createMemoryPendingInstallations(),
    installations,
  };
  return { deps, exchanges, installations };
}

interface Start {
  readonly redirectUri?: string;
  readonly link?: string;
}

/** Starts a flow, and answers the callback that the platform would send the browser to. */
async function startFlow(deps: InstallDeps, { redirectUri, link }: Start = {}) {
  const flow = await authorize(deps, { platform: "github", redirectUri, link, cookies: [] });
  const state = flow.location.searchParams.get("state") ?? "";
  const cookies = flow.cookies.map((header) => header.split(";", 1).join());
  return {
    location: flow.location,
    callback: (parameters: Record<string, string>) => ({
      platform: "github" as const,
      parameters: new URLSearchParams({ state, ...parameters }),
      cookies,
    }),
  };
}

describe("a flow", () => {
  test("asks the platform with our callback, a state and a PKCE challenge", async () => {
    const { deps } = createDeps();

    const { location } = await startFlow(deps);

    expect(location.searchParams.get("redirectUri")).toBe(callbackUrl(deps.publicUrl, "github"));
    expect(location.searchParams.get("codeChallenge")).toMatch(/^[\w-]{43}$/);
    expect(location.searchParams.get("state")).toMatch(/^v1\.k1\./);
  });

  test("exchanges the code with the verifier of the challenge, and stores the grant", async () => {
    const { deps, exchanges, installations } = createDeps();
    const { location, callback } = await startFlow(deps);

    const outcome = await install(deps, callback({ code: "code-1" }));

    expect(outcome).toMatchObject({ status: "success", redirectUri: null });
    const [exchange] = exchanges;
    const digest = await crypto.subtle.digest(
      "SHA-256",
      new TextEncoder().encode(exchange?.codeVerifier),
    );
    expect(Buffer.from(digest).toString("base64url")).toBe(
      location.searchParams.get("codeChallenge"),
    );
    expect(exchange).toMatchObject({
      code: "code-1",
      redirectUri: "https://grants.example.com/oauth/github/callback",
    });
    const key = { platform: "github", organizationId: "67890" } as const;
    expect(await installations.findToken(key)).toMatchObject({ accessToken: "gho_FAKE1" });
  });

  test("every flow has a state, a challenge and a cookie of its own", async () => {
    const { deps } = createDeps();
    const flows = await Promise.all(Array.from({ length: 200 }, () => startFlow(deps)));

    const states = flows.map(({ location }) => location.searchParams.get("state"));
    const challenges = flows.map(({ location }) => location.searchParams.get("codeChallenge"));

    expect(new Set(states).size).toBe(200);
    expect(new Set(challenges).size).toBe(200);
  });

  test("is refused before anything happens for a redirect outside the list", async () => {
    const { deps } = createDeps();

    await expect(startFlow(deps, { redirectUri: "https://evil.example/" })).rejects.toMatchObject({
      code: "invalid_redirect_uri",
    });
  });

  test("is refused in a browser without its cookie, and the state is not used up by that", async () => {
    const { deps, exchanges } = createDeps();
    const { callback } = await startFlow(deps);
    const stolen = { ...callback({ code: "code-1" }), cookies: [] };

    await expect(install(deps, stolen)).rejects.toMatchObject({ code: "invalid_state" });
    expect(exchanges).toHaveLength(0);
    expect(await install(deps, callback({ code: "code-1" }))).toMatchObject({ status: "success" });
  });

  test("works once", async () => {
    const { deps, exchanges } = createDeps();
    const { callback } = await startFlow(deps);
    await install(deps, callback({ code: "code-1" }));

    await expect(install(deps, callback({ code: "code-1" }))).rejects.toMatchObject({
      code: "invalid_state",
    });
    expect(exchanges).toHaveLength(1);
  });

  test("is not continued when its redirect was taken off the list meanwhile", async () => {
    const { deps, exchanges } = createDeps();
    const { callback } = await startFlow(deps, { redirectUri: REDIRECT_URI });

    const stricter = { ...deps, redirectUris: new Set<string>() };

    await expect(install(stricter, callback({ code: "code-1" }))).rejects.toMatchObject({
      code: "invalid_redirect_uri",
    });
    expect(exchanges).toHaveLength(0);
  });

  test.each([
    ["access_denied", "access_denied"],
    ["redirect_uri_mismatch", "provider_misconfigured"],
    ["application_suspended", "provider_misconfigured"],
    ["temporarily_unavailable", "provider_unavailable"],
    ["<script>", "provider_error"],
  ])("that the platform ends with %s ends as %s, and is over", async (error, code) => {
    const { deps, exchanges } = createDeps();
    const { callback } = await startFlow(deps, { redirectUri: REDIRECT_URI });

    const outcome = await install(deps, callback({ error }));

    expect(outcome).toMatchObject({ status: "error", redirectUri: REDIRECT_URI, error: { code } });
    expect(outcome.cookies).toHaveLength(1);
    expect(exchanges).toHaveLength(0);
    await expect(install(deps, callback({ error }))).rejects.toMatchObject({
      code: "invalid_state",
    });
  });

  test.each([
    ["no code", {}],
    ["an empty code", { code: "" }],
    ["an endless code", { code: "c".repeat(1025) }],
  ])("with %s is refused and can still be finished", async (_, parameters) => {
    const { deps, exchanges } = createDeps();
    const { callback } = await startFlow(deps);

    const outcome = await install(deps, callback(parameters));

    expect(outcome).toMatchObject({ status: "error", error: { code: "invalid_request" } });
    expect(exchanges).toHaveLength(0);
    expect(await install(deps, callback({ code: "code-1" }))).toMatchObject({ status: "success" });
  });

  test("takes the issuer of the platform, and no other", async () => {
    const { deps, exchanges } = createDeps();
    const { callback } = await startFlow(deps);

    const other = await install(deps, callback({ code: "c", iss: "https://evil.example" }));
    const same = await install(
      deps,
      callback({ code: "c", iss: "https://github.com/login/oauth" }),
    );

    expect(other).toMatchObject({ status: "error", error: { code: "provider_error" } });
    expect(same).toMatchObject({ status: "success" });
    expect(exchanges).toHaveLength(1);
  });

  test("that fails at the platform stores nothing and says why", async () => {
    const { deps, installations } = createDeps({
      exchange: () => Promise.reject(new ServiceError("exchange_failed", "No token.")),
    });
    const { callback } = await startFlow(deps);

    const outcome = await install(deps, callback({ code: "code-1" }));

    expect(outcome).toMatchObject({ status: "error", error: { code: "exchange_failed" } });
    expect((await installations.list({}, { limit: 1 })).items).toHaveLength(0);
  });

  test("that fails in a way nobody thought of tells nothing of what went wrong", async () => {
    const { deps } = createDeps({ exchange: () => Promise.reject(new Error("gho_FAKE1")) });
    const { callback } = await startFlow(deps);

    const outcome = await install(deps, callback({ code: "code-1" }));

    expect(outcome).toMatchObject({ status: "error", error: { code: "server_error" } });
    expect(JSON.stringify(outcome)).not.toContain("gho_FAKE1");
  });
});

describe("an install link", () => {
  async function linkFor(deps: InstallDeps, metadata: Record<string, string> = {}) {
    const request = { platform: "github", redirectUri: REDIRECT_URI, metadata } as const;
    const { url } = await createInstallLink(deps, { ...request, expiresInSeconds: 60 });
    return new URL(url).searchParams.get("link") ?? "";
  }

  test("carries redirect and metadata into the installation", async () => {
    const { deps } = createDeps();
    const link = await linkFor(deps, { customer: "c-1" });
    const { callback } = await startFlow(deps, { link });

    const outcome = await install(deps, callback({ code: "code-1" }));

    expect(outcome).toMatchObject({
      status: "success",
      redirectUri: REDIRECT_URI,
      installation: { metadata: { customer: "c-1" } },
    });
  });

  test("can be opened any number of times, and ends in one install", async () => {
    const { deps, exchanges } = createDeps();
    const link = await linkFor(deps);
    const [one, other] = [await startFlow(deps, { link }), await startFlow(deps, { link })];

    expect(await install(deps, one.callback({ code: "c" }))).toMatchObject({ status: "success" });
    await expect(install(deps, other.callback({ code: "c" }))).rejects.toMatchObject({
      code: "invalid_state",
    });
    expect(exchanges).toHaveLength(1);
  });

  test("is still good after a customer cancelled", async () => {
    const { deps } = createDeps();
    const link = await linkFor(deps);
    const cancelled = await startFlow(deps, { link });
    await install(deps, cancelled.callback({ error: "access_denied" }));

    const again = await startFlow(deps, { link });

    expect(await install(deps, again.callback({ code: "c" }))).toMatchObject({ status: "success" });
  });

  test("takes no redirect beside its own, and is for one platform", async () => {
    const { deps } = createDeps();
    const link = await linkFor(deps);
    const providers = [...deps.providers, createScriptedProvider({ platform: "slack" }).provider];

    await expect(startFlow(deps, { link, redirectUri: REDIRECT_URI })).rejects.toMatchObject({
      code: "invalid_request",
    });
    await expect(
      authorize(
        { ...deps, providers },
        { platform: "slack", redirectUri: undefined, link, cookies: [] },
      ),
    ).rejects.toMatchObject({ code: "invalid_request" });
  });

  test.each(["", "x", "v1.k1.AAAA", "v1.k9.AAAA", "a".repeat(3000)])("is not %j", async (link) => {
    const { deps } = createDeps();

    await expect(startFlow(deps, { link })).rejects.toMatchObject({ code: "invalid_state" });
  });
});
