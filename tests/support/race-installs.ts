import { randomBytes } from "node:crypto";
import type postgres from "postgres";
import * as v from "valibot";
import type { InstallationCreate } from "../../core/installation.ts";
import { exampleApps } from "../../emulators/platforms.ts";
import { updateDeps } from "../../functions/wiring/dependencies.ts";
import type { Stack } from "../../local/stack.ts";
import type { LookupResult } from "./lookup-result.ts";

const Tokens = v.object({ access_token: v.string(), refresh_token: v.string() });

/** The platforms with tokens that are renewed, each in its own way. */
export type RacePlatform = "github" | "slack" | "jira";

/** How a platform is asked for new tokens, below its own segment. */
export const TOKEN_PATH = {
  github: /^\/(?:api\/app\/installations\/\d+|login\/oauth)\/access_tokens?$/,
  slack: /^\/api\/oauth\.v2\.access$/,
  jira: /^\/oauth\/token$/,
};

/** How long a token of each platform lives. */
export const LIFETIME_SECONDS = { github: 3600, slack: 12 * 3600, jira: 3600 };

/** Makes an organization that grants the bot access, stored with tokens that have expired. */
export async function plant(stack: Stack, platform: RacePlatform, name = newName()) {
  const grant = await GRANTS[platform](stack, name);
  // The webhook of a new installation is handled in the background, and changes the row.
  await stack.platforms.control.github.deliveries();
  await stack.aws.eventsSettled();
  const { installations } = await updateDeps();
  const { installation } = await installations.create({
    platform,
    clientId: exampleApps[platform].clientId,
    organizationName: name,
    providerInstallationId: null,
    accessToken: null,
    refreshToken: null,
    tokenExpiresAt: new Date(Date.now() - 1000),
    refreshTokenExpiresAt: null,
    scopes: [],
    webhookSecret: randomBytes(32).toString("hex"),
    installedBy: name,
    installedById: null,
    metadata: {},
    ...grant,
  });
  return installation.id;
}

type Planted = Pick<InstallationCreate, "organizationId" | "kind"> & Partial<InstallationCreate>;

const GRANTS: Record<RacePlatform, (stack: Stack, name: string) => Promise<Planted>> = {
  github: grantGithub,
  slack: grantSlack,
  jira: grantJira,
};

async function grantGithub({ platforms }: Stack, account: string): Promise<Planted> {
  const { id, account: shown } = await platforms.control.github.install({ account });
  return {
    kind: "github_app",
    organizationId: String(shown.id),
    providerInstallationId: String(id),
  };
}

/** Makes a workspace that grants the bot access. */
export async function grantSlack({ url, platforms: { slackUrl } }: Stack, name: string) {
  const organization = `T${name.toUpperCase()}`;
  const { clientId, clientSecret } = exampleApps.slack;
  const redirect_uri = `${url}/oauth/slack/callback`;
  const query = new URLSearchParams({ client_id: clientId, scope: "chat:write", redirect_uri });
  const code = await consentAt(`${slackUrl}/oauth/v2/authorize`, `${query}`, {
    organization,
    decision: "allow",
  });
  const tokens = await requestTokens(`${slackUrl}/api/oauth.v2.access`, {
    client_id: clientId,
    client_secret: clientSecret,
    code,
    redirect_uri,
  });
  return { kind: "slack_bot", organizationId: organization, ...tokens } as const;
}

async function grantJira({ url, platforms: { jiraApiUrl, jiraAuthUrl } }: Stack, name: string) {
  const { clientId, clientSecret } = exampleApps.jira;
  const redirect_uri = `${url}/oauth/jira/callback`;
  const query = new URLSearchParams({
    audience: "api.atlassian.com",
    client_id: clientId,
    scope: "read:jira-work read:me offline_access",
    redirect_uri,
    state: "state",
    response_type: "code",
    prompt: "consent",
  });
  const form = { account: name, [`site-${name}`]: name, decision: "accept" };
  const code = await consentAt(`${jiraAuthUrl}/authorize`, `${query}`, form);
  const tokens = await requestTokens(`${jiraAuthUrl}/oauth/token`, {
    grant_type: "authorization_code",
    client_id: clientId,
    client_secret: clientSecret,
    code,
    redirect_uri,
  });
  const organizationId = await findSiteId(jiraApiUrl, tokens.accessToken);
  return { kind: "jira_3lo", organizationId, ...tokens } as const;
}

/** Returns the id of the one site that a token is for. */
async function findSiteId(apiUrl: string, accessToken: string): Promise<string> {
  const headers = { authorization: `Bearer ${accessToken}` };
  const sites = await fetch(`${apiUrl}/oauth/token/accessible-resources`, { headers });
  const [site] = v.parse(v.tuple([v.object({ id: v.string() })]), await sites.json());
  return site.id;
}

/** Consents on the page of a platform, and answers the code. */
async function consentAt(url: string, query: string, form: Record<string, string>) {
  const page = await (await fetch(`${url}?${query}`)).text();
  const [, request = ""] = /name="request" value="(\w+)"/.exec(page) ?? [];
  const body = new URLSearchParams({ request, ...form });
  const decided = await fetch(url, { method: "POST", body, redirect: "manual" });
  return new URL(decided.headers.get("location") ?? "").searchParams.get("code") ?? "";
}

async function requestTokens(url: string, fields: Record<string, string>) {
  const body = new URLSearchParams(fields);
  const answer = await (await fetch(url, { method: "POST", body })).json();
  const { access_token: accessToken, refresh_token: refreshToken } = v.parse(Tokens, answer);
  return { accessToken, refreshToken };
}

/** A name that is good for an account, a workspace and a site. */
export function newName(): string {
  return `a${randomBytes(6).toString("hex")}`;
}

/** Gives tokens so much life, of the life that tokens of their platform have. */
export async function setLife(sql: postgres.Sql, id: string, seconds: number): Promise<void> {
  await sql`
    update installations set
      token_expires_at = clock_timestamp() + make_interval(secs => ${seconds}),
      token_stored_at = clock_timestamp() + make_interval(secs => ${seconds})
        - case platform when 'slack' then interval '12 hours' else interval '1 hour' end
    where id = ${id}
  `;
}

/** Lets leases and cool-downs grow older, as if so many seconds had passed. */
export async function ageLeases(sql: postgres.Sql, seconds: number): Promise<void> {
  await sql`
    update installations set
      refresh_lease_until = refresh_lease_until - make_interval(secs => ${seconds})
  `;
}

/** How often a platform was asked for new tokens since its requests were counted last. */
export function countCalls({ platforms }: Stack, platform: RacePlatform): number {
  return platforms.control
    .requests()
    .filter((seen) => seen.platform === platform && TOKEN_PATH[platform].test(seen.path)).length;
}

/** Whether a platform lets somebody in with this access token. */
export async function works({ platforms }: Stack, platform: RacePlatform, token: string) {
  const { githubApiUrl, slackUrl, jiraApiUrl } = platforms;
  const url = {
    github: `${githubApiUrl}/installation/repositories`,
    slack: `${slackUrl}/api/auth.test`,
    jira: `${jiraApiUrl}/me`,
  }[platform];
  const response = await fetch(url, {
    headers: { authorization: `Bearer ${token}`, "user-agent": "bot" },
  });
  const body: unknown = await response.json();
  return response.status === 200 && !v.is(v.object({ ok: v.literal(false) }), body);
}

/** Returns the distinct results of lookups: access tokens and error codes. */
export function outcomes(results: readonly LookupResult[]): string[] {
  return [
    ...new Set(results.map((result) => (result.ok ? result.token.access_token : result.code))),
  ];
}
