import { readFile } from "node:fs/promises";
import * as v from "valibot";
import { isAllowableRedirectUri } from "../../core/install/redirect-uri.ts";
import { isLoopback } from "../../core/loopback.ts";
import { Scopes } from "../../core/scopes.ts";

const Text = v.pipe(v.string(), v.nonEmpty());

/** Separated by commas or white space. */
const List = v.pipe(
  v.string(),
  v.transform((text) => text.split(/[\s,]+/).filter((entry) => entry !== "")),
);

/** An http(s) URL without query and fragment; a trailing slash is dropped. */
const BaseUrl = v.pipe(
  v.string(),
  v.check((text) => {
    const url = URL.parse(text);
    if (!url || url.search || url.hash || url.username || url.password) return false;
    return url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url.hostname));
  }),
  v.transform((text) => {
    const { origin, pathname } = new URL(text);
    return `${origin}${pathname}`.replace(/\/+$/, "");
  }),
);

/** It names a server and a database; user, password and database may be percent-encoded. */
const DatabaseUrl = v.pipe(
  v.string(),
  v.url(),
  v.regex(/^postgres(ql)?:\/\/[^/?#]+\/[^/?#]/),
  v.check(isDecodable),
);

const Port = v.pipe(v.string(), v.digits(), v.toNumber(), v.minValue(1), v.maxValue(65_535));

const RedirectUris = v.pipe(List, v.everyItem(isAllowableRedirectUri));

const ScopeList = v.pipe(List, Scopes, v.nonEmpty());

const FlowVariables = v.object({
  PUBLIC_URL: BaseUrl,
  ALLOWED_REDIRECT_URIS: v.optional(RedirectUris, ""),
});

const MetricsVariables = v.object({
  METRICS_NAMESPACE: v.optional(v.pipe(v.string(), v.regex(/^[\w/-]{1,100}$/)), "Grantkeep"),
});

/** The name of a bus, or the ARN of one in another account. */
const EventBusVariables = v.object({
  EVENT_BUS_NAME: v.optional(
    v.pipe(
      v.string(),
      v.regex(/^(arn:aws[a-z-]*:events:[a-z0-9-]+:\d{12}:event-bus\/)?[\w./-]{1,256}$/),
    ),
  ),
});

const StateKeyringVariables = v.object({ STATE_KEYRING_SECRET_ARN: Text });

const TokenKeyringVariables = v.object({ TOKEN_KEYRING_SECRET_ARN: Text });

const GithubVariables = v.object({
  GITHUB_CLIENT_ID: v.optional(Text),
  GITHUB_SECRET_ARN: v.optional(Text),
  GITHUB_APP_ID: v.optional(v.pipe(Text, v.digits())),
  GITHUB_APP_SLUG: v.optional(v.pipe(Text, v.slug())),
  GITHUB_SCOPES: v.optional(ScopeList, "repo read:org read:user"),
  GITHUB_URL: v.optional(BaseUrl, "https://github.com"),
  GITHUB_API_URL: v.optional(BaseUrl, "https://api.github.com"),
});

const SlackVariables = v.object({
  SLACK_CLIENT_ID: v.optional(Text),
  SLACK_SECRET_ARN: v.optional(Text),
  SLACK_SCOPES: v.optional(ScopeList, "chat:write"),
  SLACK_URL: v.optional(BaseUrl, "https://slack.com"),
});

const JiraVariables = v.object({
  JIRA_CLIENT_ID: v.optional(Text),
  JIRA_SECRET_ARN: v.optional(Text),
  JIRA_SCOPES: v.optional(ScopeList, "read:jira-work read:me offline_access"),
  JIRA_AUTH_URL: v.optional(BaseUrl, "https://auth.atlassian.com"),
  JIRA_API_URL: v.optional(BaseUrl, "https://api.atlassian.com"),
});

const DatabaseVariables = v.object({
  DATABASE_CA: v.optional(Text),
  DATABASE_POOLED: v.optional(v.picklist(["true", "false"]), "false"),
});

const DatabaseUrlVariables = v.object({
  DATABASE_URL: v.optional(DatabaseUrl),
  DATABASE_URL_SECRET_ARN: v.optional(Text),
});

const DatabaseServerVariables = v.object({
  DB_HOST: Text,
  DB_PORT: v.optional(Port, "5432"),
  DB_NAME: Text,
  DB_SECRET_ARN: Text,
});

/** Where metrics are counted: one namespace a stage, or stages of one account would add up. */
export function readMetricsNamespace(): string {
  return read(MetricsVariables).METRICS_NAMESPACE;
}

/** The bus that hears of installations, or `undefined` when none does. */
export function readEventBusName(): string | undefined {
  return read(EventBusVariables).EVENT_BUS_NAME;
}

/** Where Grantkeep is reached, and where it may send a browser after an install. */
export function readFlowConfig() {
  const { PUBLIC_URL, ALLOWED_REDIRECT_URIS } = read(FlowVariables);
  return { publicUrl: PUBLIC_URL, redirectUris: new Set(ALLOWED_REDIRECT_URIS) };
}

/** The ARN of the secret that holds the ring for states, cookies, links and cursors. */
export function readStateKeyringArn(): string {
  return read(StateKeyringVariables).STATE_KEYRING_SECRET_ARN;
}

/** The ARN of the secret that holds the ring for tokens and webhook secrets. */
export function readTokenKeyringArn(): string {
  return read(TokenKeyringVariables).TOKEN_KEYRING_SECRET_ARN;
}

/** The registration at GitHub, or `undefined` when there is none; `app` when it is a GitHub App. */
export function readGithubConfig() {
  const github = read(GithubVariables);
  const { GITHUB_CLIENT_ID: clientId, GITHUB_SECRET_ARN: secretArn } = github;
  if (!clientId || !secretArn) return undefined;
  return {
    clientId,
    secretArn,
    scopes: github.GITHUB_SCOPES,
    urls: { web: github.GITHUB_URL, api: github.GITHUB_API_URL },
    app: github.GITHUB_APP_ID && {
      appId: github.GITHUB_APP_ID,
      slug: github.GITHUB_APP_SLUG ?? missing("GITHUB_APP_SLUG"),
    },
  };
}

/** The registration at Slack, or `undefined` when there is none. */
export function readSlackConfig() {
  const slack = read(SlackVariables);
  const { SLACK_CLIENT_ID: clientId, SLACK_SECRET_ARN: secretArn } = slack;
  if (!clientId || !secretArn) return undefined;
  return { clientId, secretArn, scopes: slack.SLACK_SCOPES, url: slack.SLACK_URL };
}

/** The registration at Jira, or `undefined` when there is none. */
export function readJiraConfig() {
  const jira = read(JiraVariables);
  const { JIRA_CLIENT_ID: clientId, JIRA_SECRET_ARN: secretArn } = jira;
  if (!clientId || !secretArn) return undefined;
  return {
    clientId,
    secretArn,
    // Without it there is no refresh token, and an installation ends after an hour.
    scopes: [...new Set([...jira.JIRA_SCOPES, "offline_access"])],
    urls: { auth: jira.JIRA_AUTH_URL, api: jira.JIRA_API_URL },
  };
}

/** How to reach the database: a URL, a secret that holds one, or a server whose password is in a secret. */
export async function readDatabaseConfig() {
  const { DATABASE_CA, DATABASE_POOLED } = read(DatabaseVariables);
  const certificateAuthorities = DATABASE_CA && [await readCertificates(DATABASE_CA)];
  const options = {
    pooled: DATABASE_POOLED === "true",
    ...(certificateAuthorities && { certificateAuthorities }),
  };
  const { DATABASE_URL, DATABASE_URL_SECRET_ARN: urlSecretArn } = read(DatabaseUrlVariables);
  if (DATABASE_URL) return { ...fromUrl(DATABASE_URL), ...options };
  if (urlSecretArn) return { urlSecretArn, ...options };

  const { DB_HOST, DB_PORT, DB_NAME, DB_SECRET_ARN } = read(DatabaseServerVariables);
  return { host: DB_HOST, port: DB_PORT, database: DB_NAME, secretArn: DB_SECRET_ARN, ...options };
}

/** The server, database and credentials that a URL names, or `undefined` when it is malformed. */
export function parseDatabaseUrl(text: string) {
  const url = v.safeParse(DatabaseUrl, text);
  return url.success ? fromUrl(url.output) : undefined;
}

// Of the query only `sslmode` is read: postgres.js would send what it does not know to the server.
function fromUrl(text: string) {
  const url = new URL(text);
  const sslmode = url.searchParams.get("sslmode") ?? "disable";
  return {
    host: url.hostname.replace(/^\[|\]$/g, ""),
    port: Number(url.port || 5432),
    database: decodeURIComponent(url.pathname.slice(1)),
    username: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    tlsOnLoopback: ["require", "verify-ca", "verify-full"].includes(sslmode),
  };
}

async function readCertificates(pemOrPath: string): Promise<string> {
  if (pemOrPath.includes("-----BEGIN CERTIFICATE-----")) return pemOrPath;
  return readFile(pemOrPath, "utf8").catch(() => {
    throw malformed("DATABASE_CA");
  });
}

/** @throws {Error} that names the first variable that is missing or malformed, without its value */
function read<const Schema extends v.GenericSchema>(schema: Schema): v.InferOutput<Schema> {
  // An empty variable is an absent one: `GITHUB_APP_ID= npm run dev` unsets it.
  const set = Object.entries(process.env).filter(([, value]) => value !== "");
  const result = v.safeParse(schema, Object.fromEntries(set));
  if (result.success) return result.output;
  throw malformed(String(result.issues[0].path?.[0]?.key));
}

function missing(name: string): never {
  throw malformed(name);
}

function malformed(name: string): Error {
  return new Error(`The environment variable ${name} is missing or malformed.`);
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}
