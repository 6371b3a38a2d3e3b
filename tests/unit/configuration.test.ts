import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type ConfigurationInput, defineConfig } from "../../core/configuration/configuration.ts";
import { ConfigurationError, parseConfiguration } from "../../core/configuration/parse.ts";
import { overridableSettings, type Variables } from "../../core/configuration/variables.ts";
import { createProviders } from "../../functions/wiring/providers.ts";

const BRAND = { name: "Patchwork" };

/** A value that no sentence may quote. */
const CANARY = "canary";

function parse(input: unknown, variables: Variables = {}) {
  return parseConfiguration(input, variables);
}

/** Returns the sentences about a configuration that is refused. */
function mistakesIn(input: unknown, variables: Variables = {}): readonly string[] {
  try {
    parse(input, variables);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.mistakes;
    throw error;
  }
  return [];
}

function withBrand(settings: Record<string, unknown>): unknown {
  return { brand: BRAND, ...settings };
}

describe("a configuration", () => {
  test("needs the name of the bot, and has defaults for all else", () => {
    expect(parse({ brand: BRAND })).toEqual({
      brand: { name: "Patchwork", accent: "#0f5f49" },
      redirectUris: [],
      platforms: {
        github: {
          clientId: undefined,
          appId: undefined,
          slug: undefined,
          scopes: ["repo", "read:org", "read:user"],
          permissions: [],
          events: [],
          reasons: {},
          requests: "approve",
          ownership: "owner",
          urls: { web: "https://github.com", api: "https://api.github.com" },
        },
        slack: {
          clientId: undefined,
          scopes: ["chat:write"],
          events: [],
          commands: [],
          reasons: {},
          url: "https://slack.com",
        },
        jira: {
          clientId: undefined,
          scopes: ["read:jira-work", "read:me", "offline_access"],
          reasons: {},
          urls: { auth: "https://auth.atlassian.com", api: "https://api.atlassian.com" },
          refusesSharedAccounts: false,
        },
      },
      callers: {},
      bindingKeys: undefined,
      customerKey: "customer",
      unclaimedBodies: false,
      languages: ["en", "de", "es", "fr", "ja"],
      retentionDays: 7,
    });
  });

  test("gives scopes and permissions with and without a reason", () => {
    const { github, slack } = parse(
      defineConfig({
        brand: BRAND,
        platforms: {
          github: {
            permissions: { issues: "write", contents: { access: "read", reason: "To review." } },
          },
          slack: {
            scopes: ["chat:write", { scope: "files:read", reason: { en: "Why", de: "Warum" } }],
          },
        },
      }),
    ).platforms;

    expect(github.permissions).toEqual([
      { name: "issues", access: "write" },
      { name: "contents", access: "read" },
    ]);
    expect(github.reasons).toEqual({ contents: "To review." });
    expect(slack.scopes).toEqual(["chat:write", "files:read"]);
    expect(slack.reasons).toEqual({ "files:read": { en: "Why", de: "Warum" } });
  });

  test("with three mistakes is refused with three sentences, which name them without their values", () => {
    const input = {
      brand: { name: "Patchwork", accent: `#${CANARY}` },
      redirectUris: ["https://app.example.com/done", `http://${CANARY}.example`],
      platforms: { github: { clientId: "Iv1", appId: "1001" } },
    };

    expect(() => parse(input)).toThrow(
      expect.objectContaining({
        message: `The configuration has 3 mistakes:
  brand.accent must be a color such as #4338ca.
  redirectUris[1] must be an https URL, or an http URL on loopback, of at most 512 bytes, without user and fragment.
  platforms.github.appSlug is missing: a GitHub App has an id and a slug.`,
      }),
    );
  });

  test.each<[unknown, string]>([
    [{}, "brand is missing."],
    ["canary", "The configuration must be an object."],
    [undefined, "The configuration is missing."],
    [{ brand: {} }, "brand.name is missing."],
    [{ brand: { name: "" } }, "brand.name must not be empty."],
    [{ brand: { name: " " } }, "brand.name must not be empty."],
    [{ brand: { name: 1 } }, "brand.name must be a text."],
    [{ brand: { name: "a\nb" } }, "brand.name must be on one line, without control characters."],
    [{ brand: { name: "a".repeat(61) } }, "brand.name must have at most 60 characters."],
    [
      { brand: { ...BRAND, accent: "#8ecae6" } },
      "brand.accent must have a contrast of at least 4.5 to white: choose a darker color.",
    ],
    [
      { brand: { ...BRAND, appUrl: "http://canary.example" } },
      "brand.appUrl must be an https URL.",
    ],
    [
      { brand: { ...BRAND, privacyUrl: "javascript:canary()" } },
      "brand.privacyUrl must be an https URL.",
    ],
    [
      { brand: { ...BRAND, supportUrl: "mailto:canary" } },
      "brand.supportUrl must be an https URL, or mailto: with an e-mail address.",
    ],
    [
      { brand: { ...BRAND, logo: "canary.gif" } },
      "brand.logo must be the path of a PNG or SVG file, or such a file as a data: URL.",
    ],
    [
      { brand: { ...BRAND, logo: `data:image/png;base64,${"A".repeat(48 * 1024)}` } },
      "brand.logo must have at most 36 KB.",
    ],
    [
      { brand: { ...BRAND, purpose: { xx: "canary" } } },
      "brand.purpose must be a text, or an object with a text for each language, such as { en: …, de: … }.",
    ],
    [withBrand({ unknown: CANARY }), "unknown is not a setting."],
    [withBrand({ redirectUris: "https://canary.example" }), "redirectUris must be a list."],
    [
      withBrand({ languages: ["en", "xx"] }),
      'languages[1] must be one of "en", "de", "es", "fr", "ja".',
    ],
    [withBrand({ languages: [] }), "languages must have at least one language."],
    [withBrand({ retentionDays: 366 }), "retentionDays must be a number from 0 to 365."],
    [withBrand({ retentionDays: "7" }), "retentionDays must be a number."],
    [withBrand({ platforms: { gitlab: {} } }), "platforms.gitlab is not a setting."],
    [
      withBrand({ platforms: { github: { url: "http://canary.example" } } }),
      "platforms.github.url must be an https URL, or an http URL on loopback, without user, query and fragment.",
    ],
    [
      withBrand({ platforms: { github: { appId: "canary", appSlug: "x" } } }),
      "platforms.github.appId must be the number of the App.",
    ],
    [
      withBrand({ platforms: { github: { permissions: { contents: "canary" } } } }),
      "platforms.github.permissions.contents must be read, write or admin, or an object with access and a reason.",
    ],
    [
      withBrand({ platforms: { slack: { scopes: [] } } }),
      "platforms.slack.scopes must have at least one scope.",
    ],
    [
      withBrand({ platforms: { slack: { scopes: [{ scope: "chat:write" }] } } }),
      "platforms.slack.scopes[0] must be a scope, or an object with a scope and a reason.",
    ],
    [
      withBrand({ platforms: { github: { events: ["canary issues"] } } }),
      "platforms.github.events[0] must be the name of an event.",
    ],
    [
      withBrand({
        platforms: {
          slack: { scopes: ["commands"], commands: [{ command: "ask", description: "Ask." }] },
        },
      }),
      "platforms.slack.commands[0].command must be a slash command, such as /ask.",
    ],
    [
      withBrand({ platforms: { slack: { commands: [{ command: "/ask", description: "Ask." }] } } }),
      "platforms.slack.commands need the scope commands.",
    ],
    [
      withBrand({ platforms: { jira: { clientId: "" } } }),
      "platforms.jira.clientId must not be empty.",
    ],
  ])("%j is refused: %s", (input, sentence) => {
    expect(mistakesIn(input)).toEqual([sentence]);
  });
});

describe("an environment variable", () => {
  test.each(overridableSettings().map(({ variable }) => variable))(
    "%s overrides a setting that exists",
    (variable) => {
      expect(mistakesIn({ brand: BRAND }, { [variable]: "1" }).join()).not.toContain(
        "not a setting",
      );
    },
  );

  test("wins over the file, and an empty one does not", () => {
    const input: ConfigurationInput = {
      brand: BRAND,
      redirectUris: ["https://a.example/"],
      platforms: { slack: { clientId: "file", scopes: ["chat:write"] } },
      retentionDays: 30,
    };
    const variables = {
      ALLOWED_REDIRECT_URIS: " https://b.example/,\n\thttps://c.example/",
      SLACK_CLIENT_ID: "",
      SLACK_SCOPES: "files:read,chat:write",
      RETENTION_DAYS: "0",
    };

    expect(parse(input, variables)).toMatchObject({
      redirectUris: ["https://b.example/", "https://c.example/"],
      platforms: { slack: { clientId: "file", scopes: ["files:read", "chat:write"] } },
      retentionDays: 0,
    });
  });

  test.each([
    ["GITHUB_URL", "http://canary.example", "must be an https URL"],
    ["GITHUB_API_URL", "canary", "must be an https URL"],
    ["GITHUB_SCOPES", 'repo "canary"', "must be a scope"],
    ["GITHUB_SCOPES", ", ,", "must have at least one scope."],
    ["ALLOWED_REDIRECT_URIS", "https://a.example/ http://canary.example/", "must be an https URL"],
    ["ALLOWED_REDIRECT_URIS", "https://canary.example/#fragment", "must be an https URL"],
    ["RETENTION_DAYS", "366", "must be a number from 0 to 365."],
    ["RETENTION_DAYS", "-1", "must be a number."],
    ["RETENTION_DAYS", "1.5", "must be a number."],
    ["RETENTION_DAYS", "canary", "must be a number."],
  ])("%s is refused by its own name and without its value: %j", (name, value, predicate) => {
    const [sentence, ...others] = mistakesIn({ brand: BRAND }, { [name]: value });

    expect(others).toEqual([]);
    expect(sentence).toMatch(new RegExp(`^The environment variable ${name} ${predicate}`));
    expect(sentence).not.toContain(CANARY);
  });
});

describe("GitHub", () => {
  const configured = (platforms: ConfigurationInput["platforms"]) => {
    const secrets = { read: () => Promise.reject(new Error("No secret may be read.")) };
    return createProviders(secrets, parse({ brand: BRAND, platforms })).map(
      ({ platform, kind }) => [platform, kind],
    );
  };

  beforeEach(() => {
    for (const name of ["GITHUB", "SLACK", "JIRA"]) vi.stubEnv(`${name}_SECRET_ARN`, undefined);
    vi.stubEnv("GITHUB_SECRET_ARN", "arn:aws:secretsmanager:github");
  });
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  test("is configured with a client id and a secret, and reads no secret yet", () => {
    expect(configured({ github: { clientId: "Iv1" } })).toEqual([["github", "oauth_app"]]);
  });

  test("is a GitHub App with an app id", () => {
    const github = { clientId: "Iv1", appId: 1001, appSlug: "my-bot" };

    expect(configured({ github })).toEqual([["github", "github_app"]]);
  });

  test("is not configured without its client id", () => {
    expect(configured({})).toEqual([]);
  });

  test.each(["", undefined])("is not configured without its secret: %j", (arn) => {
    vi.stubEnv("GITHUB_SECRET_ARN", arn);

    expect(configured({ github: { clientId: "Iv1" } })).toEqual([]);
  });
});
