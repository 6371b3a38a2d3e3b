import { describe, expect, test } from "vitest";
import { createJira } from "../../core/providers/jira/provider.ts";
import type { Emulators } from "../../emulators/server.ts";
import { CALLBACK, jiraOf, startJira } from "../emulators/emulated-jira.ts";
import { testProvider } from "./provider.contract.ts";
import { openProvider, type ProviderAdapter } from "./provider-flow.ts";
import type { Vault } from "./provider-vault.ts";

const CLIENT_ID = "jira-client-1";
const CLIENT_SECRET = "jira-secret-right";
const SCOPES = ["read:jira-work", "read:me", "offline_access"];

const adapter: ProviderAdapter = {
  platform: "jira",
  clientId: CLIENT_ID,
  hasPkce: false,
  exchangePaths: ["/oauth/token", "/api/oauth/token/accessible-resources", "/api/me"],
  otherRedirectUri: "exchange_failed",
  usedRefreshToken: "works for a while",
  secretCalls: ["exchange", "refresh"],
  revokes: false,
  endedAccess: "is content",
  evidence: "token",
  endings: [
    {
      name: "the user removes the app",
      end: ({ control }) => control.revoke("jira", "mia"),
      refresh: { code: "reauthorization_required", reason: "unauthorized_client" },
      check: "reauthorization_required",
    },
    {
      name: "the user removes the app, in the words of the documents",
      async end({ control }) {
        control.jira?.configure({ deadRefreshToken: "invalid_grant" });
        await control.revoke("jira", "mia");
      },
      refresh: { code: "reauthorization_required", reason: "invalid_grant" },
      check: "reauthorization_required",
    },
  ],
  start: (vault) => startSites(vault),
};

async function startSites(vault: Vault, scopes: readonly string[] = SCOPES) {
  const platforms = await startJira({ clientId: CLIENT_ID, clientSecret: CLIENT_SECRET });
  const { jiraAuthUrl, jiraApiUrl } = platforms;
  const provider = createJira({
    clientId: CLIENT_ID,
    clientSecret: vault.keep(CLIENT_SECRET, "jira-secret-wrong"),
    scopes,
    urls: { auth: jiraAuthUrl, api: jiraApiUrl },
  });
  const [mia] = jiraOf(platforms).accounts("mia");
  const cloudId = mia?.sites.find(({ name }) => name === "acme")?.cloudId ?? "";
  return {
    platforms,
    provider,
    authorizeUrl: `${jiraAuthUrl}/authorize`,
    redirectUri: CALLBACK,
    form: { account: "mia", "site-mia": "acme", decision: "accept" },
    grant: {
      organizationId: cloudId,
      organizationName: "Acme",
      organizationUrl: "https://acme.atlassian.net",
      providerInstallationId: null,
      installedBy: "mia@example.com",
      installedById: mia?.accountId ?? "",
    },
    apiBaseUrl: `${jiraApiUrl}/ex/jira/${cloudId}`,
    async works(accessToken: string) {
      const headers = { authorization: `Bearer ${accessToken}` };
      return (await fetch(`${jiraApiUrl}/ex/jira/${cloudId}/rest/api/3/serverInfo`, { headers }))
        .ok;
    },
    // A site of the emulated Jira cannot be renamed.
    rename: async () => "Acme",
  };
}

const SITE = { id: "site-1", name: "Acme", url: "https://acme.atlassian.net" };

/** Makes Atlassian list these sites once. */
function listSites({ control }: Emulators, sites: readonly object[]): void {
  const fault = { kind: "status", status: 200, body: JSON.stringify(sites) } as const;
  control.addFault({ platform: "jira", path: "/api/oauth/token/accessible-resources", fault });
}

describe("Jira", () => {
  testProvider(adapter);

  test("D3 is asked for the API that is configured, by a person who consents each time", async () => {
    const { provider, redirectUri, platforms } = await openProvider(adapter);

    const request = { state: "state-1", redirectUri, codeChallenge: "unused" };
    const { searchParams } = provider.authorizationUrl(request);

    expect(Object.fromEntries(searchParams)).toEqual({
      audience: new URL(platforms.jiraApiUrl).host,
      client_id: CLIENT_ID,
      scope: "read:jira-work read:me offline_access",
      redirect_uri: redirectUri,
      state: "state-1",
      response_type: "code",
      prompt: "consent",
    });
  });

  test("that grants no access for longer than an hour is missing_scope", async () => {
    const start = (vault: Vault) => startSites(vault, ["read:jira-work", "read:me"]);
    const { provider, consent, failureOf } = await openProvider({ ...adapter, start });

    const failure = await failureOf(provider.exchange(await consent()));

    expect(failure.code).toBe("missing_scope");
  });

  test("that grants no site of Jira is unsupported_install", async () => {
    const { provider, consent, failureOf, platforms } = await openProvider(adapter);
    const request = await consent();
    await jiraOf(platforms).setSites("mia", []);

    expect((await failureOf(provider.exchange(request))).code).toBe("unsupported_install");
  });

  test("B14 a site whose URL and name are odd is still in the grant", async () => {
    const { provider, install, platforms } = await openProvider(adapter);
    const stored = await install();
    const { organizationId: id } = stored;
    listSites(platforms, [{ id, url: "http://x", name: null, scopes: ["read:jira-work"] }]);

    expect(await provider.check(stored)).toEqual({
      status: "active",
      organizationId: id,
      organizationName: undefined,
    });
  });

  test("B14 a site that cannot be read does not end an installation: it could be its own", async () => {
    const { provider, install, platforms, failureOf } = await openProvider(adapter);
    const stored = await install();
    listSites(platforms, [{ id: { odd: true }, scopes: ["read:jira-work"] }]);

    const failure = await failureOf(provider.check(stored));

    expect(failure).toMatchObject({ code: "provider_error", reason: "unreadable site" });
  });

  test.each(["read:servicedesk-request", "manage:servicedesk-customer", "read:issue:jira"])(
    "D4 a site with the scope %s alone is one of Jira",
    async (scope) => {
      const { provider, consent, platforms } = await openProvider(adapter);
      const request = await consent();
      listSites(platforms, [{ ...SITE, scopes: [scope] }]);

      const [grant] = await provider.exchange(request);

      expect(grant.organizationName).toBe("Acme");
    },
  );

  test("says that a site was taken out of the grant, whose other sites live on", async () => {
    const { provider, install, platforms, works } = await openProvider(adapter);
    const stored = await install();
    await jiraOf(platforms).removeSite("mia", "acme");

    const state = await provider.check(stored);
    const { accessToken } = await provider.refresh(stored);

    expect(state).toEqual({ status: "reauthorization_required", evidence: "token" });
    expect(await works(accessToken)).toBe(false);
  });

  test("tells whether the person is an administrator of the site", async () => {
    const { provider, install, platforms } = await openProvider(adapter);
    const stored = await install();
    const ask = () => provider.isAdministrator?.(stored);

    const first = await ask();
    await jiraOf(platforms).setAdministrator("mia", false);

    expect([first, await ask()]).toEqual([true, false]);
    expect(await provider.isAdministrator?.({ ...stored, accessToken: null })).toBe(false);
  });

  test.each([
    ["the scopes do not show it", 401, false],
    ["the app is not allowed to ask", 403, false],
    ["Jira is down", 503, "provider_unavailable"],
    ["the response is unexpected", 200, "provider_error"],
  ])("takes nobody for an administrator if %s", async (_, status, expected) => {
    const { provider, install, platforms, failureOf } = await openProvider(adapter);
    const stored = await install();
    const fault = { kind: "status", status, headers: {}, body: {} } as const;
    platforms.control.addFault({ platform: "jira", path: "*/mypermissions", fault });

    const asked = provider.isAdministrator?.(stored) ?? Promise.resolve(undefined);

    if (typeof expected === "string") expect((await failureOf(asked)).code).toBe(expected);
    else expect(await asked).toBe(expected);
  });
});
