import { describe, expect, test } from "vitest";
import { createSlack } from "../../core/providers/slack/provider.ts";
import { REDIRECT_URL, startSlack } from "../emulators/emulated-slack.ts";
import { testProvider } from "./provider.contract.ts";
import { authorization, openProvider, type ProviderAdapter } from "./provider-flow.ts";
import type { Vault } from "./provider-vault.ts";

const CLIENT_ID = "2345.6789";
const CLIENT_SECRET = "slack-secret-right";

const adapter: ProviderAdapter = {
  platform: "slack",
  clientId: CLIENT_ID,
  hasPkce: false,
  exchangePaths: ["/api/oauth.v2.access"],
  otherRedirectUri: "exchange_failed",
  usedRefreshToken: "is dead",
  secretCalls: ["exchange", "refresh", "revoke"],
  revokes: true,
  endedAccess: "is content",
  evidence: "token",
  endings: [
    {
      name: "the app is uninstalled",
      end: ({ control }) => control.revoke("slack", "T0ACME"),
      refresh: { code: "reauthorization_required", reason: "invalid_refresh_token" },
      check: "uninstalled",
    },
  ],
  start: (vault) => startWorkspace(vault),
};

async function startWorkspace(vault: Vault, { rotation = true } = {}) {
  const registration = { clientId: CLIENT_ID, clientSecret: CLIENT_SECRET, rotation };
  const platforms = await startSlack(registration);
  const { slackUrl } = platforms;
  const provider = createSlack({
    clientId: CLIENT_ID,
    clientSecret: vault.keep(CLIENT_SECRET, "slack-secret-wrong"),
    scopes: ["chat:write", "commands"],
    url: slackUrl,
  });
  return {
    platforms,
    provider,
    authorizeUrl: `${slackUrl}/oauth/v2/authorize`,
    redirectUri: REDIRECT_URL,
    form: { organization: "T0ACME", decision: "allow" },
    grant: {
      organizationId: "T0ACME",
      organizationName: "Acme",
      organizationUrl: null,
      providerInstallationId: null,
      installedBy: "U0ADA",
      installedById: "U0ADA",
    },
    apiBaseUrl: `${slackUrl}/api`,
    async works(accessToken: string) {
      const headers = { authorization: `Bearer ${accessToken}` };
      const reply = await fetch(`${slackUrl}/api/auth.test`, { method: "POST", headers });
      return Object(await reply.json()).ok === true;
    },
    // Slack does not say a workspace's name without being asked for one more scope.
    rename: async () => undefined,
  };
}

describe("Slack", () => {
  testProvider(adapter);

  test("is asked for the bot's scopes, separated by commas", async () => {
    const { provider, redirectUri } = await openProvider(adapter);

    const { searchParams } = provider.authorizationUrl(authorization(redirectUri));

    expect(searchParams.get("scope")).toBe("chat:write,commands");
  });

  test("brings a token that does not expire, where tokens are not rotated", async () => {
    const start = (vault: Vault) => startWorkspace(vault, { rotation: false });
    const { exchange, consent } = await openProvider({ ...adapter, start });

    const [{ tokens }] = await exchange(await consent());

    expect(tokens).toMatchObject({ expiresInSeconds: null, refreshToken: null });
  });

  test("names the enterprise when a whole organization installs the app", async () => {
    const start = async (vault: Vault) => ({
      ...(await startWorkspace(vault)),
      form: { organization: "E0GRID", decision: "allow" },
    });
    const { exchange, consent } = await openProvider({ ...adapter, start });

    const [grant] = await exchange(await consent());

    expect(grant).toMatchObject({ organizationId: "E0GRID", organizationName: "Acme Grid" });
  });

  test("is not installed by a person who grants no bot", async () => {
    const { provider, consent, failureOf } = await openProvider(adapter);

    const request = await consent(({ searchParams }) => {
      searchParams.delete("scope");
      searchParams.set("user_scope", "chat:write");
    });
    const failure = await failureOf(provider.exchange(request));

    expect(failure.code).toBe("unsupported_install");
  });

  test("says nothing of the grant when the token has expired: it is still active", async () => {
    const { provider, install, platforms } = await openProvider(adapter);
    const stored = await install();
    await platforms.control.letTimePass(86_400);

    expect(await provider.check(stored)).toMatchObject({ status: "active", isTokenExpired: true });
  });

  test.each(["check", "revoke"] as const)(
    "D1 A5 takes invalid_auth in %s for no end: our address may be missing in the app's IP allow-list",
    async (call) => {
      const { provider, install, failureOf, platforms } = await openProvider(adapter);
      const stored = await install();
      const body = { ok: false, error: "invalid_auth" };
      const fault = { kind: "status", status: 200, body } as const;
      platforms.control.addFault({ platform: "slack", fault });

      const failure = await failureOf(provider[call](stored));

      expect(failure).toMatchObject({ code: "provider_error", reason: "invalid_auth" });
    },
  );

  test.each([
    ["invalid_arguments", "none"],
    ["ratelimited", "none"],
    ["fatal_error", "unknown"],
    ["internal_error", "unknown"],
    ["service_unavailable", "unknown"],
  ] as const)("may have issued tokens after %s: %s", async (error, outcome) => {
    const { provider, install, failureOf, platforms } = await openProvider(adapter);
    const stored = await install();
    const fault = { kind: "status", status: 200, body: { ok: false, error } } as const;
    platforms.control.addFault({ platform: "slack", fault });

    expect((await failureOf(provider.refresh(stored))).outcome).toBe(outcome);
  });
});
