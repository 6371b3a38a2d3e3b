import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { GithubSettings } from "../../core/providers/github/settings.ts";
import {
  readEventBusName,
  readFlowConfig,
  readRetentionDays,
  readSettings,
  readStateKeyringArn,
  readTokenKeyringArn,
} from "../../functions/environment/config.ts";
import { createProviders } from "../../functions/wiring/providers.ts";

const GITHUB = { GITHUB_CLIENT_ID: "Iv1.0123", GITHUB_SECRET_ARN: "arn:aws:secretsmanager:github" };

function set(variables: Record<string, string>): void {
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
}

beforeEach(() => {
  for (const name of Object.keys(process.env)) {
    if (/^(PUBLIC_|ALLOWED_|GITHUB_|SLACK_|JIRA_|STATE_|TOKEN_|EVENT_)/.test(name))
      vi.stubEnv(name, undefined);
  }
});

afterEach(() => {
  vi.unstubAllEnvs();
});

describe("the address of Grantkeep", () => {
  test.each([
    ["https://grantkeep.example", "https://grantkeep.example"],
    ["https://grantkeep.example/", "https://grantkeep.example"],
    ["https://grantkeep.example/bots//", "https://grantkeep.example/bots"],
    ["HTTPS://Grantkeep.example:443/Bots", "https://grantkeep.example/Bots"],
    ["http://127.0.0.1:3000", "http://127.0.0.1:3000"],
    ["http://[::1]:3000/", "http://[::1]:3000"],
    ["http://localhost:3000", "http://localhost:3000"],
  ])("%s is read as %s", (PUBLIC_URL, publicUrl) => {
    set({ PUBLIC_URL });

    expect(readFlowConfig().publicUrl).toBe(publicUrl);
  });

  test.each([
    ["plain http elsewhere", "http://canary.example"],
    ["http on what only looks like loopback", "http://127.0.0.1.canary.example"],
    ["another scheme", "ftp://canary.example"],
    ["a query", "https://canary.example/?a=b"],
    ["a fragment", "https://canary.example/#a"],
    ["a user", "https://canary@grantkeep.example"],
    ["a password", "https://:canary@grantkeep.example"],
    ["no URL at all", "canary.example"],
  ])("is refused with %s, by name and without its value", (_, PUBLIC_URL) => {
    set({ PUBLIC_URL });

    expect(readFlowConfig).toThrow(refusalOf("PUBLIC_URL"));
  });

  test.each([{}, { PUBLIC_URL: "" }])("is required, and an empty one is none: %j", (variables) => {
    set(variables);

    expect(readFlowConfig).toThrow(refusalOf("PUBLIC_URL"));
  });
});

describe("the allow-list of redirects", () => {
  test.each([
    ["", []],
    ["https://a.example/done", ["https://a.example/done"]],
    ["https://a.example/,https://b.example/", ["https://a.example/", "https://b.example/"]],
    [" https://a.example/ ,\n\thttps://b.example/\n", ["https://a.example/", "https://b.example/"]],
  ])("is separated by commas or white space: %j", (ALLOWED_REDIRECT_URIS, entries) => {
    set({ PUBLIC_URL: "https://grantkeep.example", ALLOWED_REDIRECT_URIS });

    expect([...readFlowConfig().redirectUris]).toEqual(entries);
  });

  test("is empty by default", () => {
    set({ PUBLIC_URL: "https://grantkeep.example" });

    expect(readFlowConfig().redirectUris.size).toBe(0);
  });

  test.each([
    "http://canary.example/",
    "https://canary.example/#fragment",
    "https://a.example/ http://canary.example/",
    "canary",
  ])("is refused for one bad entry, by name and without its value: %s", (ALLOWED_REDIRECT_URIS) => {
    set({ PUBLIC_URL: "https://grantkeep.example", ALLOWED_REDIRECT_URIS });

    expect(readFlowConfig).toThrow(refusalOf("ALLOWED_REDIRECT_URIS"));
  });
});

describe("GitHub", () => {
  test("is at its public addresses, with the default scopes", () => {
    set(GITHUB);

    expect(readSettings(GithubSettings)).toEqual({
      clientId: "Iv1.0123",
      scopes: ["repo", "read:org", "read:user"],
      urls: { web: "https://github.com", api: "https://api.github.com" },
    });
  });

  test("is configured with a client id and a secret, and reads no secret yet", () => {
    set(GITHUB);

    expect(configured()).toEqual([["github", "oauth_app"]]);
  });

  test("is a GitHub App with an app id", () => {
    set({ ...GITHUB, GITHUB_APP_ID: "1001", GITHUB_APP_SLUG: "my-bot" });

    expect(configured()).toEqual([["github", "github_app"]]);
  });

  test("is refused as a GitHub App without a slug, by the name of the variable", () => {
    set({ ...GITHUB, GITHUB_APP_ID: "1001" });

    expect(configured).toThrow(refusalOf("GITHUB_APP_SLUG"));
  });

  test.each([
    {},
    { GITHUB_CLIENT_ID: "Iv1.0123" },
    { GITHUB_SECRET_ARN: "arn:aws:secretsmanager:github" },
    { ...GITHUB, GITHUB_CLIENT_ID: "" },
    { ...GITHUB, GITHUB_SECRET_ARN: "" },
  ])("is not configured without its client id and secret: %j", (variables) => {
    set(variables);

    expect(configured()).toEqual([]);
  });

  test("can be an enterprise server", () => {
    set({
      ...GITHUB,
      GITHUB_URL: "https://github.corp.example/",
      GITHUB_API_URL: "https://github.corp.example/api/v3/",
    });

    expect(readSettings(GithubSettings)).toMatchObject({
      urls: {
        web: "https://github.corp.example",
        api: "https://github.corp.example/api/v3",
      },
    });
  });

  test.each(["repo,read:org", "repo read:org", " repo ,\n read:org,"])(
    "takes scopes separated by commas or white space: %j",
    (GITHUB_SCOPES) => {
      set({ ...GITHUB, GITHUB_SCOPES });

      expect(readSettings(GithubSettings)).toMatchObject({ scopes: ["repo", "read:org"] });
    },
  );

  test.each([
    ["GITHUB_URL", "http://canary.example"],
    ["GITHUB_API_URL", "canary"],
    ["GITHUB_SCOPES", 'repo "canary"'],
    ["GITHUB_SCOPES", ", ,"],
  ])("with a bad %s is refused, by name and without its value", (name, value) => {
    set({ ...GITHUB, [name]: value });

    expect(() => readSettings(GithubSettings)).toThrow(refusalOf(name));
  });
});

describe("the event bus", () => {
  test.each([
    "grantkeep-production-events",
    "aws.partner/example.com/1",
    "arn:aws:events:eu-west-1:123456789012:event-bus/bots",
  ])("can be %s", (EVENT_BUS_NAME) => {
    set({ EVENT_BUS_NAME });

    expect(readEventBusName()).toBe(EVENT_BUS_NAME);
  });

  test("is none by default, and none when it is empty", () => {
    const absent = readEventBusName();
    set({ EVENT_BUS_NAME: "" });

    expect([absent, readEventBusName()]).toEqual([undefined, undefined]);
  });

  test.each(["my bus", "arn:aws:sns:eu-west-1:123456789012:topic", "b".repeat(257)])(
    "cannot be %s",
    (EVENT_BUS_NAME) => {
      set({ EVENT_BUS_NAME });

      expect(() => readEventBusName()).toThrow(/^The environment variable EVENT_BUS_NAME is /);
    },
  );
});

describe("the retention of tokens", () => {
  test("is seven days, unless it is set", () => {
    const days = ["", "0", "30", "365"].map((RETENTION_DAYS) => {
      set({ RETENTION_DAYS });
      return readRetentionDays();
    });

    expect(days).toEqual([7, 0, 30, 365]);
  });

  test.each(["366", "-1", "1.5", "seven"])("cannot be %s", (RETENTION_DAYS) => {
    set({ RETENTION_DAYS });

    expect(readRetentionDays).toThrow(refusalOf("RETENTION_DAYS"));
  });
});

describe("a ring", () => {
  test("is found by the ARN of its secret", () => {
    set({ STATE_KEYRING_SECRET_ARN: "arn:state", TOKEN_KEYRING_SECRET_ARN: "arn:token" });

    expect(readStateKeyringArn()).toBe("arn:state");
    expect(readTokenKeyringArn()).toBe("arn:token");
  });

  test("whose ARN is absent or empty is refused by name", () => {
    set({ TOKEN_KEYRING_SECRET_ARN: "" });

    expect(readStateKeyringArn).toThrow(refusalOf("STATE_KEYRING_SECRET_ARN"));
    expect(readTokenKeyringArn).toThrow(refusalOf("TOKEN_KEYRING_SECRET_ARN"));
  });
});

/** The platforms that are configured, and their kinds of app. */
function configured(): string[][] {
  const secrets = { read: () => Promise.reject(new Error("No secret may be read.")) };
  return createProviders(secrets).map(({ platform, kind }) => [platform, kind]);
}

/** The whole message: it names the variable, and has no room for the value. */
function refusalOf(name: string): RegExp {
  return new RegExp(`^The environment variable ${name} is missing or malformed\\.$`);
}
