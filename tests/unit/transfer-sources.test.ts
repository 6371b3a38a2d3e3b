import { describe, expect, test } from "vitest";
import { fromBolt } from "../../cli/transfer/bolt.ts";
import { fromNango } from "../../cli/transfer/nango.ts";

const BOLT = {
  team: { id: "T0ACME", name: "Acme" },
  enterprise: { id: "E0CORP", name: "Corp" },
  user: { id: "U0MIA", token: "xoxp-FAKE", scopes: ["search:read"] },
  bot: {
    token: "xoxe.xoxb-FAKE",
    refreshToken: "xoxe-1-FAKE",
    expiresAt: 1_893_456_000,
    scopes: ["chat:write", "commands"],
    id: "B0BOT",
    userId: "U0BOT",
  },
  incomingWebhook: { url: "https://hooks.slack.com/services/FAKE" },
  appId: "A0APP",
  tokenType: "bot",
  isEnterpriseInstall: false,
  authVersion: "v2",
  metadata: "c-1",
};

describe("an installation of Bolt", () => {
  test("becomes the team's, with the bot's grant alone", () => {
    expect(fromBolt(BOLT)).toEqual({
      platform: "slack",
      organization_id: "T0ACME",
      organization_name: "Acme",
      access_token: "xoxe.xoxb-FAKE",
      refresh_token: "xoxe-1-FAKE",
      token_expires_at: new Date("2030-01-01T00:00:00Z"),
      scopes: ["chat:write", "commands"],
      installed_by: "U0MIA",
      installed_by_id: "U0MIA",
      metadata: { bolt_metadata: "c-1" },
    });
  });

  test("of an organization is the enterprise's", () => {
    const orgWide = { ...BOLT, team: undefined, isEnterpriseInstall: true };

    expect(fromBolt(orgWide)).toMatchObject({
      organization_id: "E0CORP",
      organization_name: "Corp",
    });
  });

  test("without rotation, name and metadata is one whose token does not expire", () => {
    const { token, scopes } = BOLT.bot;
    const old = { team: { id: "T0OLD" }, user: BOLT.user, bot: { token, scopes } };

    expect(fromBolt(old)).toMatchObject({
      organization_name: "T0OLD",
      refresh_token: null,
      token_expires_at: null,
      metadata: {},
    });
  });

  test.each<[string, unknown]>([
    ["no bot", { ...BOLT, bot: undefined }],
    ["no team", { ...BOLT, team: null }],
    ["no object", "xoxb-FAKE"],
  ])("with %s is refused, and not quoted", (_, input) => {
    expect(() => fromBolt(input)).toThrow(/^Th(is is not|e team or the) [\w\s]+\.$/);
  });
});

const NANGO = {
  id: 1,
  connection_id: "7a0e1b6c",
  provider_config_key: "our-slack",
  provider: "slack",
  created_at: "2024-02-29T12:00:00.000Z",
  connection_config: { "team.id": "T0ACME", bot_user_id: "U0BOT" },
  end_user: { id: "customer-1", email: "mia@example.com" },
  metadata: null,
  credentials: {
    type: "OAUTH2",
    access_token: "xoxb-FAKE",
    raw: { scope: "chat:write,commands", team: { id: "T0ACME", name: "Acme" } },
  },
};

const JIRA = {
  ...NANGO,
  provider: "jira",
  connection_config: {
    cloudId: "11223344-a1b2-4c3d-8e9f-aabbccddeeff",
    baseUrl: "https://acme.atlassian.net",
    accountId: "5b10a2844c20165700ede21g",
  },
  credentials: {
    type: "OAUTH2",
    access_token: "jira-FAKE",
    refresh_token: "jira-refresh-FAKE",
    expires_at: "2030-01-01T00:00:00.000Z",
    raw: { scope: "read:jira-work offline_access" },
  },
};

const GITHUB_APP = {
  ...NANGO,
  provider: "github-app",
  connection_config: { installation_id: 4711 },
  credentials: { type: "APP", access_token: "ghs_FAKE", raw: {} },
  organization_id: "583231",
  organization_name: "octocat",
};

describe("a connection of Nango", () => {
  test("to Slack becomes the team's, and can be found by the connection's id", () => {
    expect(fromNango(NANGO)).toEqual({
      platform: "slack",
      organization_id: "T0ACME",
      organization_name: "Acme",
      access_token: "xoxb-FAKE",
      refresh_token: null,
      token_expires_at: null,
      scopes: ["chat:write", "commands"],
      installed_by: "mia@example.com",
      installed_at: "2024-02-29T12:00:00.000Z",
      metadata: { nango_connection_id: "7a0e1b6c", nango_end_user_id: "customer-1" },
    });
  });

  test("to Slack is the enterprise's when it is of one", () => {
    const raw = { is_enterprise_install: true, enterprise: { id: "E0CORP", name: "Corp" } };
    const connection = { ...NANGO, credentials: { ...NANGO.credentials, raw } };

    expect(fromNango(connection)).toMatchObject({ organization_id: "E0CORP", scopes: [] });
  });

  test("to Slack is found by its configuration where the answer of Slack is gone", () => {
    const connection = { ...NANGO, credentials: { ...NANGO.credentials, raw: {} } };

    expect(fromNango(connection)).toMatchObject({
      organization_id: "T0ACME",
      organization_name: "T0ACME",
    });
  });

  test("to Jira becomes the site's", () => {
    expect(fromNango({ ...JIRA, end_user: null })).toEqual({
      platform: "jira",
      organization_id: "11223344-a1b2-4c3d-8e9f-aabbccddeeff",
      organization_name: "acme",
      access_token: "jira-FAKE",
      refresh_token: "jira-refresh-FAKE",
      token_expires_at: "2030-01-01T00:00:00.000Z",
      scopes: ["read:jira-work", "offline_access"],
      installed_by: "7a0e1b6c",
      installed_by_id: "5b10a2844c20165700ede21g",
      installed_at: "2024-02-29T12:00:00.000Z",
      metadata: { nango_connection_id: "7a0e1b6c" },
    });
  });

  test("to a GitHub App needs no token, but the account's id", () => {
    expect(fromNango(GITHUB_APP)).toEqual({
      platform: "github",
      organization_id: "583231",
      organization_name: "octocat",
      provider_installation_id: "4711",
      scopes: [],
      installed_by: "mia@example.com",
      installed_at: "2024-02-29T12:00:00.000Z",
      metadata: { nango_connection_id: "7a0e1b6c", nango_end_user_id: "customer-1" },
    });
    expect(() => fromNango({ ...GITHUB_APP, organization_id: undefined })).toThrow(
      "The organization is missing. Add organization_id to the connection.",
    );
  });

  test("to a GitHub OAuth App brings its token", () => {
    const credentials = { type: "OAUTH2", access_token: "gho_FAKE", raw: { scope: "repo" } };
    const connection = { ...GITHUB_APP, provider: "github", connection_config: {}, credentials };

    expect(fromNango(connection)).toMatchObject({ access_token: "gho_FAKE", scopes: ["repo"] });
  });

  test.each<[string, unknown]>([
    ["without credentials", { ...NANGO, credentials: undefined }],
    [
      "with a user's token of Slack",
      { ...NANGO, credentials: { ...NANGO.credentials, access_token: "xoxp-FAKE" } },
    ],
    ["to another platform", { ...NANGO, provider: "hubspot", organization_id: "1" }],
    ["that is none", "xoxb-FAKE"],
  ])("%s is refused, and not quoted", (_, input) => {
    expect(() => fromNango(input)).toThrow(
      /^(This is not|The access token|Grantkeep does not) [\w\s]+\.$/,
    );
  });
});
