import { isRecord } from "./json.ts";

/** A platform that organizations install bots on. */
export type Platform = "github" | "slack" | "jira";

/** The properties that the tokens of all platforms have. */
export interface CommonToken<Name extends Platform = Platform> {
  readonly platform: Name;
  readonly installationId: string;
  /** The platform's own id of the organization, such as a GitHub account id or a Slack team id. */
  readonly organizationId: string;
  readonly organizationName: string;
  readonly accessToken: string;
  readonly tokenType: "bearer";
  /** `null` if the token does not expire. */
  readonly expiresAt: Date | null;
  /** When lookups stop, because the refresh token of the grant is lost. Otherwise `null`. */
  readonly grantEndsAt: Date | null;
  readonly scopes: readonly string[];
  /** The scopes that an install requests today and that the grant lacks. */
  readonly missingScopes: readonly string[];
  /** The URL that the paths of the platform's API are appended to. */
  readonly apiBaseUrl: string;
}

/** A token of a GitHub account. */
export interface GithubToken extends CommonToken<"github"> {
  /** The permissions that the organization granted to the App, also if the token is restricted to less. */
  readonly permissions: Readonly<Record<string, string>>;
  /** The permissions that the App requests today and the organization has not accepted. */
  readonly missingPermissions: Readonly<Record<string, string>>;
  /** GitHub's id of the installation, as in its webhooks. `null` for an OAuth App. */
  readonly providerInstallationId: string | null;
  readonly accountType: string | null;
}

/** A token of a Slack workspace or enterprise. */
export interface SlackToken extends CommonToken<"slack"> {
  readonly botUserId: string | null;
  readonly botId: string | null;
  readonly appId: string | null;
  readonly enterpriseId: string | null;
  readonly isEnterpriseInstall: boolean | null;
}

/** A token of a Jira site. */
export interface JiraToken extends CommonToken<"jira"> {
  /** The address of the site, for links to issues. `apiBaseUrl` is for requests. */
  readonly siteUrl: string | null;
}

/** A token, narrowed by its `platform`. */
export type Token = GithubToken | SlackToken | JiraToken;

/** A bearer token of RFC 6750 is printable ASCII: nothing in it can end a header. */
const TOKEN = /^[\x21-\x7e]+$/;

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

/** Returns the token in a response of `token-lookup`, or `undefined` if the response holds none. */
export function parseToken(response: unknown): Token | undefined {
  if (!isRecord(response)) return undefined;
  const common = parseCommon(response);
  if (!common) return undefined;
  switch (response.platform) {
    case "github":
      return Object.freeze({
        ...common,
        platform: "github",
        permissions: levelsIn(response.permissions),
        missingPermissions: levelsIn(response.missing_permissions),
        providerInstallationId: textOrNull(response.provider_installation_id),
        accountType: textOrNull(response.account_type),
      });
    case "slack":
      return Object.freeze({
        ...common,
        platform: "slack",
        botUserId: textOrNull(response.bot_user_id),
        botId: textOrNull(response.bot_id),
        appId: textOrNull(response.app_id),
        enterpriseId: textOrNull(response.enterprise_id),
        isEnterpriseInstall: booleanOrNull(response.is_enterprise_install),
      });
    case "jira":
      return Object.freeze({ ...common, platform: "jira", siteUrl: textOrNull(response.site_url) });
    default:
      return undefined;
  }
}

function parseCommon(response: Record<string, unknown>): Omit<CommonToken, "platform"> | undefined {
  const installationId = textOrNull(response.installation_id);
  const organizationId = textOrNull(response.organization_id);
  const accessToken = textOrNull(response.access_token);
  const apiBaseUrl = textOrNull(response.api_base_url);
  const expiresAt = timeOrNull(response.expires_at);
  const grantEndsAt = timeOrNull(response.grant_ends_at ?? null);
  const scopes = textsIn(response.scopes);
  const missingScopes = textsIn(response.missing_scopes);

  if (!installationId || !organizationId || !scopes || !missingScopes) return undefined;
  if (!accessToken || !TOKEN.test(accessToken) || response.token_type !== "bearer")
    return undefined;
  if (!apiBaseUrl || !/^https?:\/\/./.test(apiBaseUrl) || !URL.canParse(apiBaseUrl))
    return undefined;
  if (expiresAt === undefined || grantEndsAt === undefined) return undefined;
  return {
    installationId,
    organizationId,
    organizationName: textOrNull(response.organization_name) ?? "",
    accessToken,
    tokenType: "bearer",
    expiresAt,
    grantEndsAt,
    scopes,
    missingScopes,
    apiBaseUrl,
  };
}

function textOrNull(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

function levelsIn(value: unknown): Readonly<Record<string, string>> {
  const entries = isRecord(value) ? Object.entries(value) : [];
  const levels = entries.filter((entry): entry is [string, string] => typeof entry[1] === "string");
  return Object.freeze(Object.fromEntries(levels));
}

function booleanOrNull(value: unknown): boolean | null {
  return typeof value === "boolean" ? value : null;
}

function timeOrNull(value: unknown): Date | null | undefined {
  if (value === null) return null;
  if (typeof value !== "string" || !TIME.test(value)) return undefined;
  const time = new Date(value);
  return Number.isNaN(time.getTime()) ? undefined : time;
}

function textsIn(value: unknown): readonly string[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const texts: unknown[] = value;
  return texts.every((text) => typeof text === "string") ? Object.freeze([...texts]) : undefined;
}
