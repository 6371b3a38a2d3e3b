import { text } from "node:stream/consumers";
import { describe, expect, onTestFinished, test } from "vitest";
import { createGithubOAuthApp } from "../../core/providers/github/oauth-app.ts";
import { listen } from "../../local/http-server.ts";
import { CALLBACK, start } from "../emulators/emulated-github.ts";
import { testProvider } from "./provider.contract.ts";
import { authorization, openProvider, type ProviderAdapter } from "./provider-flow.ts";
import { createVault, type Vault } from "./provider-vault.ts";

const CLIENT_ID = "Ov23liOAUTHAPP";
const CLIENT_SECRET = "github-secret-right";

const adapter: ProviderAdapter = {
  platform: "github",
  clientId: CLIENT_ID,
  hasPkce: true,
  exchangePaths: ["/login/oauth/access_token", "/api/user", "/api/user/emails"],
  otherRedirectUri: "exchange_failed",
  usedRefreshToken: "is dead",
  secretCalls: ["exchange", "refresh", "check", "revoke"],
  revokes: true,
  endedAccess: "cannot tell",
  evidence: "token",
  endings: [
    {
      name: "the user removes the app",
      end: ({ control }) => control.revoke("github", "octocat"),
      refresh: { code: "reauthorization_required", reason: "bad_refresh_token" },
      check: "reauthorization_required",
    },
  ],
  start: (vault) => startGithub(vault, 28_800),
};

const classic: ProviderAdapter = { ...adapter, start: (vault) => startGithub(vault, null) };

/** An error of GitHub's REST API. */
const NOT_FOUND = { message: "Not Found", documentation_url: "https://docs.github.com/rest" };

function createProvider(urls: { web: string; api: string }, vault: Vault) {
  return createGithubOAuthApp({
    clientId: CLIENT_ID,
    clientSecret: vault.keep(CLIENT_SECRET, "github-secret-wrong"),
    scopes: ["repo", "user:email"],
    urls,
  });
}

async function startGithub(vault: Vault, tokenLifetimeSeconds: number | null) {
  const registration = { clientId: CLIENT_ID, clientSecret: CLIENT_SECRET, tokenLifetimeSeconds };
  const platforms = await start(registration);
  const { githubUrl, githubApiUrl, control } = platforms;
  return {
    platforms,
    provider: createProvider({ web: githubUrl, api: githubApiUrl }, vault),
    authorizeUrl: `${githubUrl}/login/oauth/authorize`,
    redirectUri: CALLBACK,
    form: { login: "octocat", decision: "authorize" },
    grant: {
      organizationId: "583231",
      organizationName: "octocat",
      organizationUrl: null,
      providerInstallationId: null,
      installedBy: "octocat@example.com",
      installedById: "583231",
    },
    apiBaseUrl: githubApiUrl,
    async works(accessToken: string) {
      const headers = { authorization: `Bearer ${accessToken}` };
      return (await fetch(`${githubApiUrl}/user`, { headers })).ok;
    },
    async rename() {
      await control.github.rename({ account: "octocat", to: "monalisa" });
      return "monalisa";
    },
  };
}

/** An Enterprise Server that grants everything, and keeps the fields of each token request. */
async function startEnterpriseServer() {
  const tokenRequests: Record<string, string>[] = [];
  const server = await listen(0, async (request, response) => {
    const body = await text(request);
    const isTokenRequest = request.url === "/login/oauth/access_token";
    if (isTokenRequest) tokenRequests.push(Object.fromEntries(new URLSearchParams(body)));
    const user = { id: 1, login: "octocat", email: "octocat@example.com" };
    const answer = isTokenRequest ? { access_token: "gho_FAKE1", scope: "repo" } : user;
    response.end(JSON.stringify(answer));
  });
  onTestFinished(server.close);
  const provider = createGithubOAuthApp({
    clientId: CLIENT_ID,
    clientSecret: createVault().keep(CLIENT_SECRET, "github-secret-wrong"),
    scopes: ["repo"],
    urls: { web: server.url, api: `${server.url}/api/v3` },
  });
  return { provider, tokenRequests };
}

describe("a GitHub OAuth App", () => {
  testProvider(adapter);

  test("discards new tokens, and the others of the same person stay valid", async () => {
    const { provider, install, works } = await openProvider(adapter);
    const [stored, issued] = [await install(), await install()];

    await provider.discard?.(issued);

    expect(await works(issued.accessToken ?? "")).toBe(false);
    expect(await works(stored.accessToken ?? "")).toBe(true);
  });

  test("asks for its scopes, separated by spaces", async () => {
    const { provider, redirectUri } = await openProvider(adapter);

    const { searchParams } = provider.authorizationUrl(authorization(redirectUri));

    expect(searchParams.get("scope")).toBe("repo user:email");
  });

  test.each([
    ["an HTML page", { status: 404, body: "<h1>Not Found</h1>" }],
    ["another server's JSON", { status: 404, body: { message: "Not Found" } }],
    ["GitHub's own 404, as for a path that it does not have", { status: 404, body: NOT_FOUND }],
    ["GitHub's 422, as for too many requests", { status: 422, body: NOT_FOUND }],
  ])("D2 does not take %s for the end of a token that works", async (_, response) => {
    const { provider, install, failureOf, platforms } = await openProvider(adapter);
    const stored = await install();
    const fault = { kind: "status", ...response } as const;
    platforms.control.addFault({ platform: "github", path: "/api/applications/*", fault });

    expect((await failureOf(provider.check(stored))).code).toBe("provider_error");
  });

  test("D2 does not take the 404 of a wrong API URL for the end of a token", async () => {
    const { install, failureOf, platforms, vault } = await openProvider(adapter);
    const stored = await install();
    const { githubUrl } = platforms;
    const provider = createProvider({ web: githubUrl, api: githubUrl }, vault);

    expect((await failureOf(provider.check(stored))).code).toBe("provider_error");
    expect((await failureOf(provider.revoke(stored))).code).toBe("provider_error");
  });

  test("says of a dead token with a refresh token that it could not end the grant", async () => {
    const { provider, install, failureOf } = await openProvider(adapter);
    const stored = await install();
    await provider.revoke(stored);

    expect((await failureOf(provider.revoke(stored))).code).toBe("provider_error");
  });
});

describe("a classic token of GitHub", () => {
  test("does not expire, and there is nothing to renew it with", async () => {
    const { provider, exchange, consent } = await openProvider(classic);

    const [{ tokens }] = await exchange(await consent());

    expect(tokens).toMatchObject({ expiresInSeconds: null, refreshToken: null });
    expect(provider.canRefresh({ providerInstallationId: null, hasRefreshToken: false })).toBe(
      false,
    );
  });

  test("is ended by revoke, which is content when it is ended already", async () => {
    const { provider, install, works } = await openProvider(classic);
    const stored = await install();

    await provider.revoke(stored);
    await provider.revoke(stored);

    expect(await works(stored.accessToken ?? "")).toBe(false);
  });
});

test("a GitHub Enterprise Server is sent neither challenge nor verifier", async () => {
  const { provider, tokenRequests } = await startEnterpriseServer();
  const { codeVerifier, ...request } = authorization(CALLBACK);

  const { searchParams } = provider.authorizationUrl(request);
  await provider.exchange({
    code: "code-1",
    codeVerifier,
    redirectUri: CALLBACK,
    claimedInstallationId: null,
    signal: new AbortController().signal,
  });

  expect([...searchParams.keys()]).not.toContain("code_challenge");
  expect(tokenRequests).toEqual([
    {
      client_id: CLIENT_ID,
      client_secret: CLIENT_SECRET,
      code: "code-1",
      redirect_uri: CALLBACK,
    },
  ]);
});
