/** Passed on to the functions as they are; none of them is a secret. */
const FLOW = ["ALLOWED_REDIRECT_URIS"];
const PLATFORMS = [
  "GITHUB_CLIENT_ID",
  "GITHUB_APP_ID",
  "GITHUB_APP_SLUG",
  "GITHUB_SCOPES",
  "GITHUB_URL",
  "GITHUB_API_URL",
  "SLACK_CLIENT_ID",
  "SLACK_SCOPES",
  "SLACK_URL",
  "JIRA_CLIENT_ID",
  "JIRA_SCOPES",
  "JIRA_AUTH_URL",
  "JIRA_API_URL",
];
const DATABASE = ["DATABASE_CA", "DATABASE_POOLED"];

const HOSTNAME = /^(?=.{4,253}$)([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/;
const CERTIFICATE_ARN = /^arn:aws[a-z-]*:acm:[a-z0-9-]+:\d{12}:certificate\/[0-9a-f-]+$/;
/** With the random characters at its end: a policy that leaves them out would name other secrets too. */
const SECRET_ARN = /^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:[\w/+=.@!-]+-\w{6}$/;
const EMAIL = /^[^\s@]+@[^\s@]+$/;
const ACCOUNTS = /^\d{12}([\s,]+\d{12})*$/;

/** What a deployment is told by the environment of `sst deploy`, or by `.env` and `.env.<stage>`. */
export interface Settings {
  /** Where Grantkeep is reached; without it, at the address that API Gateway gives. */
  readonly domain: string | undefined;
  /** Of a domain whose DNS is not in Route 53: a certificate that was issued before. */
  readonly domainCertificateArn: string | undefined;
  /** The secret with the URL of any other PostgreSQL; without it, Aurora is made. */
  readonly databaseUrlSecretArn: string | undefined;
  /** Other AWS accounts whose roles may invoke the token lookup. */
  readonly lookupAccounts: readonly string[];
  /** Who hears of alarms. */
  readonly alarmEmail: string | undefined;
  readonly flow: Readonly<Record<string, string>>;
  readonly platforms: Readonly<Record<string, string>>;
  readonly databaseOptions: Readonly<Record<string, string>>;
}

/** Reads the settings; a malformed one ends the deploy by its name. */
export function readSettings(): Settings {
  const accounts = read("LOOKUP_ACCOUNTS", ACCOUNTS);
  return {
    domain: read("DOMAIN", HOSTNAME),
    domainCertificateArn: read("DOMAIN_CERTIFICATE_ARN", CERTIFICATE_ARN),
    databaseUrlSecretArn: read("DATABASE_URL_SECRET_ARN", SECRET_ARN),
    lookupAccounts: accounts?.split(/[\s,]+/) ?? [],
    alarmEmail: read("ALARM_EMAIL", EMAIL),
    flow: pick(FLOW),
    platforms: pick(PLATFORMS),
    databaseOptions: pick(DATABASE),
  };
}

// An empty variable is an absent one, as for the functions.
function read(name: string, pattern: RegExp): string | undefined {
  const value = process.env[name];
  if (value === undefined || value === "") return undefined;
  if (!pattern.test(value)) throw new Error(`The environment variable ${name} is malformed.`);
  return value;
}

function pick(names: readonly string[]): Record<string, string> {
  const set = names.map((name) => [name, process.env[name] ?? ""] as const);
  return Object.fromEntries(set.filter(([, value]) => value !== ""));
}
