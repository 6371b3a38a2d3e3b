import { createPublicKey } from "node:crypto";
import { describe, expect, test } from "vitest";
import { createGithubApp } from "../../core/providers/github/app.ts";
import type { Emulators } from "../../emulators/server.ts";
import { generateGithubAppKey } from "../../local/github-app-key.ts";
import { CALLBACK } from "../emulators/emulated-github.ts";
import { startApp } from "../emulators/emulated-github-app.ts";
import { testProvider } from "./provider.contract.ts";
import { openProvider, type ProviderAdapter } from "./provider-flow.ts";
import type { Vault } from "./provider-vault.ts";

const CLIENT_ID = "Iv23liGITHUBAPP";
const CLIENT_SECRET = "github-app-secret-right";
const APP_ID = 4711;
const MINT_PATH = "/api/app/installations/*/access_tokens";

const [key, otherKey] = await Promise.all([generateGithubAppKey(), generateGithubAppKey()]);

const adapter: ProviderAdapter = {
  platform: "github",
  clientId: CLIENT_ID,
  hasPkce: true,
  exchangePaths: [
    "/login/oauth/access_token",
    "/api/user/installations",
    "/api/app/installations/*",
    MINT_PATH,
    "/api/user",
  ],
  otherRedirectUri: "exchange_failed",
  usedRefreshToken: "there is none",
  secretCalls: ["exchange", "refresh", "check", "revoke"],
  revokes: true,
  endedAccess: "is content",
  evidence: "installation",
  endings: [
    {
      name: "the App is uninstalled",
      end: ({ control }) => control.github.uninstall({ account: "octocat" }),
      refresh: { code: "installation_inactive", reason: "uninstalled" },
      check: "uninstalled",
    },
    {
      name: "the App is suspended",
      end: ({ control }) => control.github.suspend({ account: "octocat" }),
      refresh: { code: "installation_inactive", reason: "suspended" },
      check: "suspended",
    },
  ],
  start: (vault) => startGithub(vault, otherKey),
};

function createApp(
  { githubUrl, githubApiUrl }: Emulators,
  vault: Vault,
  {
    appId,
    wrongKey,
    clientId = CLIENT_ID,
    isEnterpriseServer = false,
  }: { appId: number; wrongKey: string; clientId?: string; isEnterpriseServer?: boolean },
) {
  return createGithubApp({
    clientId,
    clientSecret: vault.keep(CLIENT_SECRET, "github-app-secret-wrong"),
    appId: String(appId),
    slug: "grantkeep",
    permissions: [],
    privateKey: vault.keep(key, wrongKey),
    urls: { web: githubUrl, api: isEnterpriseServer ? `${githubApiUrl}/v3` : githubApiUrl },
  });
}

async function startGithub(vault: Vault, wrongKey: string) {
  const app = { appId: APP_ID, publicKey: createPublicKey(key) };
  const platforms = await startApp(app, { clientId: CLIENT_ID, clientSecret: CLIENT_SECRET });
  const { githubUrl, githubApiUrl, control } = platforms;
  const { id } = await control.github.install({ account: "octocat" });
  return {
    platforms,
    provider: createApp(platforms, vault, { appId: APP_ID, wrongKey }),
    authorizeUrl: `${githubUrl}/login/oauth/authorize`,
    redirectUri: CALLBACK,
    form: { login: "octocat", decision: "authorize" },
    grant: {
      organizationId: "583231",
      organizationName: "octocat",
      organizationUrl: null,
      providerInstallationId: String(id),
      installedBy: "octocat@example.com",
      installedById: "583231",
      permissions: { contents: "write", issues: "write", members: "read", metadata: "read" },
    },
    apiBaseUrl: githubApiUrl,
    async works(accessToken: string) {
      const headers = { authorization: `Bearer ${accessToken}` };
      return (await fetch(`${githubApiUrl}/installation/repositories`, { headers })).ok;
    },
    async rename() {
      await control.github.rename({ account: "octocat", to: "monalisa" });
      return "monalisa";
    },
  };
}

describe("a GitHub App", () => {
  testProvider(adapter);

  test("is active again, and mints again, when its suspension is lifted", async () => {
    const { provider, install, platforms } = await openProvider(adapter);
    const stored = await install();
    await platforms.control.github.suspend({ account: "octocat" });
    await platforms.control.github.unsuspend({ account: "octocat" });

    expect(await provider.check(stored)).toMatchObject({ status: "active" });
    expect(await provider.refresh(stored)).toMatchObject({ refreshToken: null });
  });

  test("does not take a mint that is refused for its rate for a suspension", async () => {
    const { provider, install, failureOf, platforms } = await openProvider(adapter);
    const stored = await install();
    const headers = { "retry-after": "60" };
    const fault = { kind: "status", status: 403, headers, body: { message: "No." } } as const;
    platforms.control.addFault({ platform: "github", path: MINT_PATH, fault });

    const failure = await failureOf(provider.refresh(stored));

    expect(failure).toMatchObject({ code: "provider_rate_limited", retryAfterSeconds: 60 });
  });

  test("keeps no token of the user who proved the installation", async () => {
    const { exchange, consent, platforms } = await openProvider(adapter);

    await exchange(await consent());

    const deletions = platforms.control.requests().filter(({ method }) => method === "DELETE");
    expect(deletions).toMatchObject([
      { path: `/api/applications/${CLIENT_ID}/token`, status: 204 },
    ]);
  });

  test("does not take the word of a browser for an installation of somebody else", async () => {
    const { provider, consent, failureOf, platforms } = await openProvider(adapter);
    const { id } = await platforms.control.github.install({ account: "hubot" });

    const request = { ...(await consent()), claimedInstallationId: String(id) };
    const failure = await failureOf(provider.exchange(request));

    expect(failure.code).toBe("installation_not_verified");
  });

  test.each(["refresh", "check", "revoke"] as const)(
    "that GitHub does not know takes a 404 in %s for its own mistake",
    async (call) => {
      const { install, failureOf, platforms, vault } = await openProvider(adapter);
      const stored = await install();
      const options = { appId: APP_ID + 1, wrongKey: otherKey, isEnterpriseServer: true };
      const unknown = createApp(platforms, vault, options);

      expect((await failureOf(unknown[call](stored))).code).toBe("provider_misconfigured");
    },
  );

  test.each([
    ["refresh", true, "another App"],
    ["check", true, "another App"],
    ["revoke", true, "another App"],
    ["refresh", false, "status 401"],
  ] as const)(
    "B1 with the id and key of another App %s reports its own mistake (Enterprise Server: %s)",
    async (call, isEnterpriseServer, reason) => {
      const { install, failureOf, platforms, vault } = await openProvider(adapter);
      const stored = await install();
      await platforms.control.github.uninstall({ account: "octocat" });
      const ours = { appId: APP_ID, wrongKey: otherKey, clientId: "Iv23liOUR-OTHER-APP" };
      const misconfigured = createApp(platforms, vault, { ...ours, isEnterpriseServer });

      const failure = await failureOf(misconfigured[call](stored));

      expect(failure).toMatchObject({ code: "provider_misconfigured", reason });
    },
  );

  test.each([
    ["an HTML page", "<h1>Not Found</h1>"],
    ["another server's JSON", { message: "Not Found" }],
  ])("does not take %s with 404 for the end of an installation", async (_, body) => {
    const { provider, install, failureOf, platforms } = await openProvider(adapter);
    const stored = await install();
    platforms.control.addFault({
      platform: "github",
      path: "/api/app/installations/*",
      times: "until_cleared",
      fault: { kind: "status", status: 404, body },
    });

    for (const call of ["refresh", "check", "revoke"] as const) {
      expect((await failureOf(provider[call](stored))).code).toBe("provider_error");
    }
  });

  test("B12 reads a narrowed token that comes with megabytes of repositories", async () => {
    const { provider, install, platforms } = await openProvider(adapter);
    const stored = await install();
    const body = {
      token: "ghs_large",
      expires_at: new Date(Date.now() + 3_600_000).toISOString(),
      repositories: ["x".repeat(7_000_000)],
    };
    const fault = { kind: "status", status: 201, body } as const;
    platforms.control.addFault({ platform: "github", path: MINT_PATH, fault });

    expect(await provider.narrow?.(stored, { repositories: ["a"] })).toMatchObject({
      accessToken: "ghs_large",
    });
  });

  test.each([
    ["an hour, by GitHub's clock", -7_200, 3_600, 3_600],
    ["an hour, by GitHub's clock", 7_200, 3_600, 3_600],
    ["what is left of it", 7_200, 1_000, 1_000],
    ["no more than an hour", 0, 86_400, 3_600],
  ])("a token lives %s, whatever ours is (%i s off, %i s)", async (_, off, named, expected) => {
    const { provider, install, platforms } = await openProvider(adapter);
    const stored = await install();
    const now = Math.floor(Date.now() / 1000) * 1000 + off * 1000;
    const headers = { date: new Date(now).toUTCString() };
    const body = { token: "ghs_FAKE9", expires_at: new Date(now + named * 1000).toISOString() };
    const fault = { kind: "status", status: 201, headers, body } as const;
    platforms.control.addFault({ platform: "github", path: MINT_PATH, fault });

    expect((await provider.refresh(stored)).expiresInSeconds).toBe(expected);
  });

  test("a token that has expired by GitHub's clock is an unexpected response", async () => {
    const { provider, install, platforms, failureOf } = await openProvider(adapter);
    const stored = await install();
    const headers = { date: new Date(Date.now() + 7_200_000).toUTCString() };
    const expires_at = new Date(Date.now() + 3_600_000).toISOString();
    const body = { token: "ghs_FAKE9", expires_at };
    const fault = { kind: "status", status: 201, headers, body } as const;
    platforms.control.addFault({ platform: "github", path: MINT_PATH, fault });

    expect((await failureOf(provider.refresh(stored))).code).toBe("provider_error");
  });

  test("with a key that is none is provider_misconfigured", async () => {
    const start = (vault: Vault) => startGithub(vault, "no-key-at-all");
    const { prepare, failureOf, vault } = await openProvider({ ...adapter, start });
    const refresh = await prepare("refresh");
    vault.spoil("never");

    expect((await failureOf(refresh())).code).toBe("provider_misconfigured");
  });
});
