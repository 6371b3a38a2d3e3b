/** The variables that functions get from the environment of the deploy. None of them is a secret. */
const DATABASE = ["DATABASE_CA", "DATABASE_POOLED"];

const HOSTNAME = /^(?=.{4,253}$)([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/;
const CERTIFICATE_ARN = /^arn:aws[a-z-]*:acm:[a-z0-9-]+:\d{12}:certificate\/[0-9a-f-]+$/;
/** With the random characters at its end: without them, a policy would match other secrets too. */
const SECRET_ARN = /^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:[\w/+=.@!-]+-\w{6}$/;
const EMAIL = /^[^\s@]+@[^\s@]+$/;
const ACCOUNT = /^\d{12}$/;
const ACCOUNTS = /^\d{12}([\s,]+\d{12})*$/;

/** The settings of one deployment that an app gives, or that the environment of the deploy overrides. */
export interface GivenSettings {
  /** The custom domain of the API. Without it, the API has the URL that API Gateway assigns. */
  readonly domain?: string | undefined;
  /** An existing certificate, for a domain whose DNS is not in Route 53. */
  readonly domainCertificateArn?: string | undefined;
  /** Other AWS accounts whose roles may invoke the token lookup. */
  readonly lookupAccounts?: readonly string[] | undefined;
  /** The address that alarms are sent to. */
  readonly alarmEmail?: string | undefined;
}

/** The settings of one deployment, which are not in `grantkeep.config.ts`. */
export interface Settings {
  readonly domain: string | undefined;
  readonly domainCertificateArn: string | undefined;
  readonly alarmEmail: string | undefined;
  /** The secret with the URL of another PostgreSQL. It overrides `database` of the configuration. */
  readonly databaseUrlSecretArn: string | undefined;
  readonly lookupAccounts: readonly string[];
  readonly databaseOptions: Readonly<Record<string, string>>;
}

/**
 * Returns the settings: what an app gives, overridden by environment variables.
 *
 * @throws {Error} that names a malformed setting, without its value
 */
export function readSettings(given: GivenSettings = {}): Settings {
  const accounts = read("LOOKUP_ACCOUNTS", ACCOUNTS)?.split(/[\s,]+/);
  return {
    domain: read("DOMAIN", HOSTNAME) ?? check("domain", HOSTNAME, given.domain),
    domainCertificateArn:
      read("DOMAIN_CERTIFICATE_ARN", CERTIFICATE_ARN) ??
      check("domainCertificateArn", CERTIFICATE_ARN, given.domainCertificateArn),
    databaseUrlSecretArn: read("DATABASE_URL_SECRET_ARN", SECRET_ARN),
    lookupAccounts:
      accounts ??
      (given.lookupAccounts ?? []).flatMap(
        (account) => check("lookupAccounts", ACCOUNT, account) ?? [],
      ),
    alarmEmail: read("ALARM_EMAIL", EMAIL) ?? check("alarmEmail", EMAIL, given.alarmEmail),
    databaseOptions: pick(DATABASE),
  };
}

// An empty variable is the same as none, as for the functions.
function read(name: string, pattern: RegExp): string | undefined {
  return check(`The environment variable ${name}`, pattern, process.env[name] || undefined);
}

function check(subject: string, pattern: RegExp, value: string | undefined): string | undefined {
  if (value === undefined || pattern.test(value)) return value;
  throw new Error(`${subject} is malformed.`);
}

function pick(names: readonly string[]): Record<string, string> {
  const set = names.map((name) => [name, process.env[name] ?? ""] as const);
  return Object.fromEntries(set.filter(([, value]) => value !== ""));
}
