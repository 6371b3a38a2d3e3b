import { perhapsOdd } from "./odd-text.ts";
import type { Random } from "./random.ts";

/** The bodies of a platform's responses during one install, by the last part of the path. */
export type Answers = ReadonlyMap<string, unknown>;

const EXPIRES_AT = "2099-01-01T00:00:00Z";
/** An odd id is refused, so that most ids are not odd. */
const ODD_IDS = 3;

/** Returns what Slack responds to an install in a workspace, or in an organization. */
export function slackAnswers(random: Random, number: number): Answers {
  const text = (usual: string) => perhapsOdd(random, usual);
  const id = (usual: string) => perhapsOdd(random, usual, ODD_IDS);
  const isOrgWide = random.between(1, 10) === 1;
  const team = { id: id(`T${number}`), name: text("Acme") };
  const enterprise = { id: id(`E${number}`), name: text("Acme Grid") };
  const token = {
    ok: true,
    access_token: `xoxb-${number}`,
    token_type: "bot",
    scope: text("chat:write,channels:read"),
    bot_user_id: text("U0BOT"),
    app_id: text("A0APP"),
    team: isOrgWide ? null : team,
    enterprise: isOrgWide || random.between(0, 1) === 1 ? enterprise : null,
    is_enterprise_install: isOrgWide,
    authed_user: { id: id("U0ADA"), scope: text("chat:write") },
  };
  return new Map([["oauth.v2.access", token]]);
}

/** Returns what Atlassian responds to an install on one to three sites. */
export function jiraAnswers(random: Random, number: number): Answers {
  const text = (usual: string) => perhapsOdd(random, usual);
  const id = (usual: string) => perhapsOdd(random, usual, ODD_IDS);
  const sites = Array.from({ length: random.between(1, 3) }, (_, index) => ({
    id: id(`site-${number}-${index}`),
    name: text("Acme"),
    url: perhapsOdd(random, "https://acme.atlassian.net", 10),
    scopes: ["read:jira-work", text("write:jira-work")],
    avatarUrl: text("https://acme.atlassian.net/avatar"),
  }));
  return new Map<string, unknown>([
    [
      "token",
      {
        access_token: `jira-${number}`,
        refresh_token: `jira-refresh-${number}`,
        expires_in: 3600,
        scope: text("read:jira-work read:me offline_access"),
      },
    ],
    ["accessible-resources", sites],
    ["me", { account_id: id("712020:mia"), email: text("mia@example.com"), name: text("Mia") }],
  ]);
}

/** Returns what GitHub responds to an install of an OAuth App by a user. */
export function oauthAppAnswers(random: Random, number: number): Answers {
  const text = (usual: string) => perhapsOdd(random, usual);
  return new Map<string, unknown>([
    ["access_token", { access_token: `gho_${number}`, scope: text("repo,read:org") }],
    ...userAnswers(text, number),
  ]);
}

/** Returns what GitHub responds to an install of a GitHub App on a user's account. */
export function githubAppAnswers(random: Random, number: number): Answers {
  const text = (usual: string) => perhapsOdd(random, usual);
  const account = {
    id: number,
    login: text("octocat"),
    type: perhapsOdd(random, "User", ODD_IDS),
  };
  const token = {
    token: `ghs_${number}`,
    expires_at: EXPIRES_AT,
    permissions: { contents: text("read") },
    repository_selection: text("all"),
  };
  return new Map<string, unknown>([
    ["access_token", { access_token: `ghu_${number}`, scope: "" }],
    ["installations", { total_count: 1, installations: [{ id: number }] }],
    [String(number), { id: number, app_id: 1, account, app_slug: text("grantkeep") }],
    ["access_tokens", token],
    ...userAnswers(text, number),
  ]);
}

function userAnswers(text: (usual: string) => string, number: number): [string, unknown][] {
  const email = text("octocat@example.com");
  return [
    ["user", { id: number, login: text("octocat"), email, name: text("Mona") }],
    ["emails", [{ email: text("octocat@example.com"), primary: true, verified: true }]],
  ];
}
