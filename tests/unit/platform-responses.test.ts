import * as v from "valibot";
import { describe, expect, test } from "vitest";
import {
  GithubAppInstallationToken,
  GithubInstallationInfo,
} from "../../core/providers/github/responses.ts";
import { GithubTokenResponse } from "../../core/providers/github/token-endpoint.ts";
import { JiraTokenResponse } from "../../core/providers/jira/token-endpoint.ts";
import { SlackTokenResponse } from "../../core/providers/slack/token-endpoint.ts";

const slack = {
  ok: true,
  access_token: "xoxb-FAKE",
  token_type: "bot",
  scope: "commands,chat:write",
  bot_user_id: "U0BOT",
  app_id: "A0APP",
  team: { id: "T0TEAM", name: "Acme" },
  enterprise: null,
  is_enterprise_install: false,
  authed_user: { id: "U0USER" },
};

describe("GitHub's token response", () => {
  test.each([
    ["repo,read:org", ["repo", "read:org"]],
    ["repo,read:org,user", ["repo", "read:org", "user"]],
    ["", []],
  ])("has the scopes %j as a list", (scope, scopes) => {
    const response = { access_token: "gho_FAKE1", token_type: "bearer", scope };

    expect(v.parse(GithubTokenResponse, response).scopes).toEqual(scopes);
  });

  test("may bring an expiry, a refresh token, and fields nobody knows yet", () => {
    const response = {
      access_token: "gho_FAKE2",
      expires_in: 28800,
      refresh_token: "ghr_FAKE2",
      refresh_token_expires_in: 15897600,
      scope: "repo",
      token_type: "bearer",
      new_in_2027: true,
    };

    expect(v.parse(GithubTokenResponse, response)).toEqual({
      access_token: "gho_FAKE2",
      expires_in: 28800,
      refresh_token: "ghr_FAKE2",
      refresh_token_expires_in: 15897600,
      scopes: ["repo"],
    });
  });

  test.each([0, -5, 1e9, 1.5, "3600"])("is refused with expires_in %j", (expires_in) => {
    const response = { access_token: "gho_FAKE1", expires_in, scope: "" };

    expect(v.safeParse(GithubTokenResponse, response).success).toBe(false);
  });

  test.each(["gho_\nFAKE", "", "gho FAKE", "gho_\u00e9"])(
    "is refused with the token %j",
    (token) => {
      expect(v.safeParse(GithubTokenResponse, { access_token: token, scope: "" }).success).toBe(
        false,
      );
    },
  );
});

describe("GitHub's installation", () => {
  const installation = {
    id: 12345,
    app_id: 111,
    account: { id: 67890, login: "my-org", type: "Organization" },
    permissions: { contents: "read", pull_requests: "write" },
    created_at: "2026-11-28T10:00:00Z",
    suspended_at: null,
  };

  test("says whose it is, since when, and whether it is suspended", () => {
    expect(v.parse(GithubInstallationInfo, installation)).toEqual({
      appId: 111,
      accountId: 67890,
      accountLogin: "my-org",
      accountType: "Organization",
      permissions: { contents: "read", pull_requests: "write" },
      createdAt: "2026-11-28T10:00:00Z",
      isSuspended: false,
    });
  });

  test("may be of an enterprise, which has neither login nor type", () => {
    const enterprise = { ...installation, account: { id: 1, slug: "acme", name: "Acme" } };

    expect(v.parse(GithubInstallationInfo, enterprise)).toMatchObject({
      accountId: 1,
      accountLogin: "acme",
      accountType: "Enterprise",
    });
  });

  test("is refused without an account", () => {
    expect(v.safeParse(GithubInstallationInfo, { ...installation, account: null }).success).toBe(
      false,
    );
  });
});

describe("GitHub's installation token", () => {
  test("may be 520 characters with dots, and need not name its permissions", () => {
    const token = `ghs_111_${"a".repeat(250)}.${"b".repeat(250)}.c`;
    const response = { token, expires_at: "2026-01-02T04:04:05Z" };

    expect(v.parse(GithubAppInstallationToken, response)).toEqual({ ...response, permissions: {} });
  });
});

describe("Slack's token response", () => {
  test("has scopes, team id and team name", () => {
    const response = v.parse(SlackTokenResponse, slack);

    expect(response.scopes).toEqual(["commands", "chat:write"]);
    expect(response.team).toEqual({ id: "T0TEAM", name: "Acme" });
  });

  test("has no team when an enterprise installed it", () => {
    const enterprise = { id: "E0ENT", name: "Acme Grid" };
    const response = v.parse(SlackTokenResponse, {
      ...slack,
      team: null,
      enterprise,
      is_enterprise_install: true,
    });

    expect(response.team).toBeNull();
    expect(response.enterprise).toEqual(enterprise);
  });

  test.each([
    ["ok is false", { ok: false, error: "invalid_code" }],
    ["the token is a user's", { ...slack, token_type: "user" }],
    ["there is no bot token", { ...slack, access_token: undefined }],
  ])("is refused when %s", (_, response) => {
    expect(v.safeParse(SlackTokenResponse, response).success).toBe(false);
  });
});

describe("Jira's token response", () => {
  test("has the scopes as a list, with or without a refresh token", () => {
    const response = { access_token: "eyJFAKE", expires_in: 3600, scope: "read:jira-work read:me" };

    expect(v.parse(JiraTokenResponse, response).scopes).toEqual(["read:jira-work", "read:me"]);
    expect(
      v.parse(JiraTokenResponse, { ...response, token_type: "Bearer", refresh_token: "RT2" }),
    ).toMatchObject({ refresh_token: "RT2" });
  });
});
