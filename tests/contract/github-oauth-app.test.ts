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
  otherRedirectUri: "provider_misconfigured",
  usedRefreshToken: "is dead",
  secretCalls: ["exchange", "refresh", "check", "revoke"],
  revokes: true,
  endedAccess: "cannot tell",
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

async function startGithub(vault: Vault, tokenLifetimeSeconds: number | null) {
  const registration = { clientId: CLIENT_ID, clientSecret: CLIENT_SECRET, tokenLifetimeSeconds };
  const platforms = await start(registration);
  const { githubUrl, githubApiUrl, control } = platforms;
  const provider = createGithubOAuthApp({
    clientId: CLIENT_ID,
    clientSecret: vault.keep(CLIENT_SECRET, "github-secret-wrong"),
    scopes: ["repo", "user:email"],
    urls: { web: githubUrl, api: githubApiUrl },
  });
  return {
    platforms,
    provider,
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

  test("asks for its scopes, separated by spaces", async () => {
    const { provider, redirectUri } = await openProvider(adapter);

    const { searchParams } = provider.authorizationUrl(authorization(redirectUri));

    expect(searchParams.get("scope")).toBe("repo user:email");
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

    expect(tokens).toMatchObject({ expiresAt: null, refreshToken: null });
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
